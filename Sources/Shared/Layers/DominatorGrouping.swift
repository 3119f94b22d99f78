/// The strategy `dominators`.
///
/// 1. A root refers to the requested paths, and to every path whose closure is larger than ``closureSizeThreshold`` or whose
///    popularity lies at or above ``popularityThreshold``.
/// 2. Each child of the root in the dominator tree forms a group with all that it dominates. The paths of a cycle are one node,
///    named by the first of them.
/// 3. A group's merge rating is `max(1, percentile of its child of the root) x NAR size of the group in bytes`.
///    Over budget the groups of the lowest ratings become one.
/// 4. Manifest order: descending rating, since a client reuses a layer best when the chain below it is equal. A merged group
///    comes last, since it is the least likely to be found in another image.
///
/// Ties are broken by the anchor's store path.
struct DominatorGrouping {
    /// Bytes of a closure's NAR sizes above which its path stands on its own: 100 MB.
    static let closureSizeThreshold: Int64 = 100_000_000

    /// Percentile from which on a path stands on its own: the tenth of all names that is referred to most.
    static let popularityThreshold = 90

    private struct RatedGroup {
        let anchor: Int
        var contents: BitSet
        var rating: UInt128
    }

    private let graph: ReferenceGraph
    private let popularity: Popularity

    init(_ graph: ReferenceGraph, popularity: Popularity) {
        self.graph = graph
        self.popularity = popularity
    }

    func groups(budget: Int) -> [LayerGroup] {
        var rated = ratedGroups()
        var merged: RatedGroup?
        if rated.count > budget {
            let tail = rated[(budget - 1)...]
            merged = tail.dropFirst().reduce(into: tail.first) { $0?.contents.formUnion($1.contents) }
            rated.removeSubrange((budget - 1)...)
        }
        return (rated + (merged.map { [$0] } ?? [])).map { graph.group($0.contents, anchor: $0.anchor) }
    }

    /// Descending rating, then ascending path.
    private func ratedGroups() -> [RatedGroup] {
        // Nodes are the units, so that a cycle is never parted; the root comes after them.
        let root = graph.units.count
        var unitOfPath = [Int](repeating: 0, count: graph.paths.count)
        for (number, unit) in graph.units.enumerated() {
            for path in unit { unitOfPath[path] = number }
        }
        var successors = graph.units.enumerated().map { number, unit in
            Set(unit.flatMap { graph.references[$0] }.map { unitOfPath[$0] }).subtracting([number]).sorted()
        }
        let separate = graph.units.indices.filter { number in graph.units[number].contains(where: standsAlone) }
        successors.append(Set(graph.requested.map { unitOfPath[$0] }).union(separate).sorted())

        let branches = DominatorTree(root: root, successors: successors).branches(below: root)
        var contents: [Int: BitSet] = [:]
        for (number, unit) in graph.units.enumerated() {
            guard let branch = branches[number] else { continue }
            for path in unit { contents[branch, default: BitSet(bound: graph.paths.count)].insert(path) }
        }
        return contents.map { branch, contents in rated(contents, anchor: graph.units[branch][0]) }
            .sorted { ($1.rating, $0.anchor) < ($0.rating, $1.anchor) }
    }

    private func standsAlone(_ path: Int) -> Bool {
        graph.narSize(of: graph.closures[path]) > Self.closureSizeThreshold
            || popularity.percentile(of: graph.paths[path]) >= Self.popularityThreshold
    }

    private func rated(_ contents: BitSet, anchor: Int) -> RatedGroup {
        let weight = max(1, popularity.percentile(of: graph.paths[anchor]))
        return RatedGroup(anchor: anchor, contents: contents, rating: UInt128(weight) * UInt128(graph.narSize(of: contents)))
    }
}
