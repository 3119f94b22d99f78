/// The immediate dominators of a graph, by the algorithm of Cooper, Harvey and Kennedy ("A Simple, Fast Dominance Algorithm",
/// 2001), without recursion. Cycles are no matter to it.
struct DominatorTree {
    /// For each node the last node that every way from the root passes before it; `nil` for the root and for nodes out of reach.
    let immediateDominators: [Int?]

    /// - Parameter successors: for each node the nodes that it points at.
    init(root: Int, successors: [[Int]]) {
        let postorder = Self.postorder(from: root, successors)
        var position = [Int](repeating: -1, count: successors.count)
        for (index, node) in postorder.enumerated() { position[node] = index }
        var predecessors = [[Int]](repeating: [], count: successors.count)
        for node in postorder {
            for successor in successors[node] { predecessors[successor].append(node) }
        }

        var dominators = [Int?](repeating: nil, count: successors.count)
        dominators[root] = root
        var changed = true
        while changed {
            changed = false
            for node in postorder.reversed() where node != root {
                var nearest: Int?
                for predecessor in predecessors[node] where dominators[predecessor] != nil {
                    nearest = nearest.map { Self.common($0, predecessor, dominators, position) } ?? predecessor
                }
                if dominators[node] != nearest {
                    dominators[node] = nearest
                    changed = true
                }
            }
        }
        dominators[root] = nil
        immediateDominators = dominators
    }

    /// For each node the child of the root that dominates it; `nil` for the root and for nodes out of reach.
    func branches(below root: Int) -> [Int?] {
        var branches = [Int?](repeating: nil, count: immediateDominators.count)
        for start in immediateDominators.indices where immediateDominators[start] != nil {
            var way: [Int] = []
            var node = start
            while branches[node] == nil, let above = immediateDominators[node], above != root {
                way.append(node)
                node = above
            }
            let branch = branches[node] ?? node
            branches[node] = branch
            for passed in way { branches[passed] = branch }
        }
        return branches
    }

    private static func common(_ left: Int, _ right: Int, _ dominators: [Int?], _ position: [Int]) -> Int {
        var left = left
        var right = right
        while left != right {
            // The root has the highest position, so both walks end there at the latest.
            if position[left] < position[right] { left = dominators[left] ?? right } else { right = dominators[right] ?? left }
        }
        return left
    }

    private static func postorder(from root: Int, _ successors: [[Int]]) -> [Int] {
        var order: [Int] = []
        var seen = [Bool](repeating: false, count: successors.count)
        var path = [(node: root, next: 0)]
        seen[root] = true
        while let (node, next) = path.last {
            guard next < successors[node].count else {
                order.append(node)
                path.removeLast()
                continue
            }
            path[path.count - 1].next += 1
            let successor = successors[node][next]
            if !seen[successor] {
                seen[successor] = true
                path.append((successor, 0))
            }
        }
        return order
    }
}
