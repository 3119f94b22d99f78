/// The strongly connected components of a graph, by Tarjan's algorithm (SIAM Journal on Computing 1 (2), 1972), without recursion,
/// since chains of references can be longer than a stack is deep.
enum StrongComponents {
    /// - Parameter successors: for each node the nodes that it points at.
    /// - Returns: the components, each sorted, successors first.
    static func find(in successors: [[Int]]) -> [[Int]] {
        var search = Search(nodeCount: successors.count)
        for start in successors.indices where search.order[start] == nil { search.visit(from: start, successors) }
        return search.components
    }

    private struct Search {
        var order: [Int?]
        var components: [[Int]] = []
        private var lowest: [Int]
        private var isOpen: [Bool]
        private var open: [Int] = []
        private var visited = 0

        init(nodeCount: Int) {
            order = Array(repeating: nil, count: nodeCount)
            lowest = Array(repeating: 0, count: nodeCount)
            isOpen = Array(repeating: false, count: nodeCount)
        }

        mutating func visit(from start: Int, _ successors: [[Int]]) {
            var path = [(node: start, next: 0)]
            enter(start)
            while let (node, next) = path.last {
                guard next < successors[node].count else {
                    path.removeLast()
                    if let parent = path.last?.node { lowest[parent] = min(lowest[parent], lowest[node]) }
                    if lowest[node] == order[node] { close(at: node) }
                    continue
                }
                path[path.count - 1].next += 1
                let successor = successors[node][next]
                if let position = order[successor] {
                    if isOpen[successor] { lowest[node] = min(lowest[node], position) }
                } else {
                    enter(successor)
                    path.append((successor, 0))
                }
            }
        }

        private mutating func enter(_ node: Int) {
            order[node] = visited
            lowest[node] = visited
            visited += 1
            open.append(node)
            isOpen[node] = true
        }

        private mutating func close(at node: Int) {
            var component: [Int] = []
            while let member = open.popLast() {
                isOpen[member] = false
                component.append(member)
                if member == node { break }
            }
            components.append(component.sorted())
        }
    }
}
