/// The dominator tree of a closure: each path hangs below the last path that every way from the requested paths to it passes.
///
/// The paths of a cycle are one node, named by the first of them; the others hang below that one.
package struct ClosureTree: Hashable, Sendable {
    /// The path that each path hangs below; those that are missing here are children of the root.
    package let parents: [StorePath: StorePath]

    /// The tree that a plan is looked at with: for the strategy `dominators` the one that it is made of, with its edges from the
    /// root to large and popular paths; for `closure` the tree of the requested paths alone.
    package init(_ closure: Closure, popularity: Popularity = .none, strategy: LayeringStrategy) {
        let graph = ReferenceGraph(closure)
        self.init(
            graph,
            separate: strategy == .dominators ? DominatorGrouping(graph, popularity: popularity).separate : [])
    }

    private init(_ graph: ReferenceGraph, separate: [Int]) {
        let dominators = Self.dominators(graph, separate: separate)
        var parents: [StorePath: StorePath] = [:]
        for (number, unit) in graph.units.enumerated() {
            if let above = dominators.immediateDominators[number], above < graph.units.count {
                parents[graph.paths[unit[0]]] = graph.paths[graph.units[above][0]]
            }
            for path in unit.dropFirst() { parents[graph.paths[path]] = graph.paths[unit[0]] }
        }
        self.parents = parents
    }

    /// The tree over the numbers of units; the root comes after them.
    /// - Parameter separate: units that the root refers to besides the requested ones.
    static func dominators(_ graph: ReferenceGraph, separate: [Int]) -> DominatorTree {
        let children = Set(graph.requested.map { graph.unitOfPath[$0] }).union(separate).sorted()
        return DominatorTree(root: graph.units.count, successors: graph.unitReferences + [children])
    }
}
