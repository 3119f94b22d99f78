extension ClosureGrouping {
    /// The layers for what is pending at the requested paths: none where the layers so far, or a larger leftover, hold it already.
    ///
    /// - Parameter split: a requested path that is pending itself, among others, gets a layer of its own, so that an update of it
    ///   does not change the layer of what it needs.
    func leftovers(split: Bool) -> [Layer] {
        var candidates: [Layer] = []
        for request in graph.requested {
            let number = graph.unitOfPath[request]
            let unit = graph.units[number]
            guard var rest = pending[number], !rest.isEmpty else { continue }
            if split, rest.contains(request), rest.count > unit.count {
                candidates.append(Layer(anchor: request, contents: unit, reason: .rootSplit))
                rest.subtract(BitSet(bound: graph.paths.count, unit))
            }
            candidates.append(Layer(anchor: request, contents: rest.members, reason: .leftover))
        }
        candidates.sort { left, right in
            if left.contents.count != right.contents.count { return left.contents.count > right.contents.count }
            if left.anchor != right.anchor { return left.anchor < right.anchor }
            return left.contents.lexicographicallyPrecedes(right.contents)
        }
        let held = BitSet(bound: graph.paths.count, layers.lazy.flatMap(\.contents))
        var kept: [Layer] = []
        var keptSets: [BitSet] = []
        for layer in candidates
        where !layer.contents.allSatisfy(held.contains) && !keptSets.contains(where: { layer.contents.allSatisfy($0.contains) }) {
            kept.append(layer)
            keptSets.append(BitSet(bound: graph.paths.count, layer.contents))
        }
        return kept
    }

    /// Layers below a limit, the smallest of 64 KiB x 1.5^i (rounded down at each step) that does, are bundled into one layer for the
    /// first requested path, largest closure first, that reaches them. If no limit below 1 TiB does, there are more requested
    /// paths than layers: the largest layers stay and the rest is one.
    func bundled(_ plan: [Layer], budget: Int) -> [Layer] {
        let sizes = plan.map { graph.narSize(of: $0.contents) }
        let requests = requestsBySize
        let first = firstToReach(requests)
        var limit: Int64 = 64 << 10
        while limit < 1 << 40 {
            let small = zip(plan, sizes).filter { $0.1 < limit }.map(\.0)
            let bundles = Set(small.map { first[$0.anchor] })
            if plan.count - small.count + bundles.count <= budget {
                return zip(plan, sizes).filter { $0.1 >= limit }.map(\.0)
                    + Dictionary(grouping: small) { first[$0.anchor] }.map { union($0.value, anchor: $0.key, reason: .bundled) }
            }
            limit = limit * 3 / 2
        }
        return largest(plan, sizes, count: budget - 1, restAnchor: requests.first)
    }

    /// The requested paths, the one with the largest closure first.
    var requestsBySize: [Int] {
        graph.requested.map { (path: $0, size: graph.reach.sizes[graph.unitOfPath[$0]]) }
            .sorted { ($1.size, $0.path) < ($0.size, $1.path) }.map(\.path)
    }

    /// For each path the first of `requests` that leads to it; of a closure there is one for every path.
    func firstToReach(_ requests: [Int]) -> [Int] {
        var first = [Int](repeating: -1, count: graph.paths.count)
        for request in requests {
            var open = [request]
            while let path = open.popLast() {
                guard first[path] < 0 else { continue }
                first[path] = request
                open += graph.references[path]
            }
        }
        return first
    }

    private func union(_ layers: some Sequence<Layer>, anchor: Int, reason: LayerReason) -> Layer {
        Layer(anchor: anchor, contents: Set(layers.flatMap(\.contents)).sorted(), reason: reason)
    }

    private func largest(_ plan: [Layer], _ sizes: [Int64], count: Int, restAnchor: Int?) -> [Layer] {
        let order = zip(plan, sizes).sorted { left, right in
            if left.1 != right.1 { return left.1 > right.1 }
            return left.0.contents.lexicographicallyPrecedes(right.0.contents)
        }.map(\.0)
        let rest = order.dropFirst(count)
        guard let anchor = restAnchor ?? rest.first?.anchor else { return order }
        return order.prefix(count) + [union(rest, anchor: anchor, reason: .merged)]
    }
}
