extension ClosureGrouping {
    /// The layers for what is pending at the requested paths: none where the layers so far, or a larger leftover, hold it already.
    ///
    /// - Parameter split: a requested path that is pending itself, among others, gets a layer of its own, so that an update of it
    ///   does not change the layer of what it needs.
    func leftovers(split: Bool) -> [Layer] {
        var candidates: [(request: Int, contents: BitSet)] = []
        for request in graph.requested {
            var rest = pending[request]
            let unit = units[request]
            if split, unit.isSubset(of: rest), rest.count > unit.count {
                candidates.append((request, unit))
                rest.subtract(unit)
            }
            if !rest.isEmpty { candidates.append((request, rest)) }
        }
        candidates.sort { left, right in
            if left.contents.count != right.contents.count { return left.contents.count > right.contents.count }
            if left.request != right.request { return left.request < right.request }
            return left.contents.members.lexicographicallyPrecedes(right.contents.members)
        }
        var held = BitSet(bound: graph.paths.count)
        for layer in layers { held.formUnion(layer.contents) }
        var kept: [Layer] = []
        for (request, contents) in candidates
        where !contents.isSubset(of: held) && !kept.contains(where: { contents.isSubset(of: $0.contents) }) {
            kept.append(Layer(anchor: request, contents: contents))
        }
        return kept
    }

    /// Layers below a limit, the smallest of 64 KiB x 1.5^i (rounded down at each step) that does, are bundled into one layer for the
    /// first requested path, largest closure first, that reaches them. If no limit below 1 TiB does, there are more requested
    /// paths than layers: the largest layers stay and the rest is one.
    func bundled(_ plan: [Layer], budget: Int) -> [Layer] {
        let sizes = plan.map { graph.narSize(of: $0.contents) }
        let requests = graph.requested.map { (path: $0, size: graph.narSize(of: graph.closures[$0])) }
            .sorted { ($1.size, $0.path) < ($0.size, $1.path) }.map(\.path)
        var limit: Int64 = 64 << 10
        while limit < 1 << 40 {
            var bundles: [Int: BitSet] = [:]
            var large: [Layer] = []
            for (layer, size) in zip(plan, sizes) {
                if size < limit, let request = requests.first(where: { graph.closures[$0].contains(layer.anchor) }) {
                    bundles[request, default: BitSet(bound: graph.paths.count)].formUnion(layer.contents)
                } else {
                    large.append(layer)
                }
            }
            if large.count + bundles.count <= budget {
                return large + bundles.map { Layer(anchor: $0.key, contents: $0.value) }
            }
            limit = limit * 3 / 2
        }
        return largest(plan, sizes, count: budget - 1, restAnchor: requests.first)
    }

    private func largest(_ plan: [Layer], _ sizes: [Int64], count: Int, restAnchor: Int?) -> [Layer] {
        let order = zip(plan, sizes).sorted { left, right in
            if left.1 != right.1 { return left.1 > right.1 }
            return left.0.contents.members.lexicographicallyPrecedes(right.0.contents.members)
        }.map(\.0)
        let rest = order.dropFirst(count)
        guard let anchor = restAnchor ?? rest.first?.anchor else { return order }
        let union = rest.reduce(into: BitSet(bound: graph.paths.count)) { $0.formUnion($1.contents) }
        return order.prefix(count) + [Layer(anchor: anchor, contents: union)]
    }
}
