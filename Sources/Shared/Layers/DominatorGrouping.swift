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
        var contents: [Int]
        let rating: UInt128
    }

    private let graph: ReferenceGraph
    private let popularity: Popularity

    init(_ graph: ReferenceGraph, popularity: Popularity) {
        self.graph = graph
        self.popularity = popularity
    }

    /// The units that the root refers to though nobody requested them.
    var separate: [Int] {
        graph.units.indices.filter { number in
            graph.reach.sizes[number] > Self.closureSizeThreshold
                || graph.units[number].contains { popularity.percentile(of: graph.paths[$0]) >= Self.popularityThreshold }
        }
    }

    func groups(budget: Int) -> [LayerGroup] {
        let rated = ratedGroups()
        let kept = rated.count > budget ? budget - 1 : rated.count
        let rest = rated.dropFirst(kept)
        let groups = rated.prefix(kept).map { group in
            graph.group(group.contents, anchor: group.anchor, reason: group.contents.count > 1 ? .dominated : .solo)
        }
        guard let first = rest.first else { return groups }
        return groups + [graph.group(rest.flatMap(\.contents).sorted(), anchor: first.anchor, reason: .merged)]
    }

    /// Descending rating, then ascending path.
    private func ratedGroups() -> [RatedGroup] {
        // Nodes are the units, so that a cycle is never parted.
        let branches = ClosureTree.dominators(graph, separate: separate).branches(below: graph.units.count)
        var contents: [Int: [Int]] = [:]
        for (number, unit) in graph.units.enumerated() {
            guard let branch = branches[number] else { continue }
            contents[branch, default: []] += unit
        }
        return contents.map { branch, contents in rated(contents.sorted(), anchor: graph.units[branch][0]) }
            .sorted { ($1.rating, $0.anchor) < ($0.rating, $1.anchor) }
    }

    private func rated(_ contents: [Int], anchor: Int) -> RatedGroup {
        let weight = max(1, popularity.percentile(of: graph.paths[anchor]))
        return RatedGroup(anchor: anchor, contents: contents, rating: UInt128(weight) * UInt128(graph.narSize(of: contents)))
    }
}
