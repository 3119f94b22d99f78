/// The strategy `closure`: each layer is defined by the closure of one path alone, so that it is the same layer in every image
/// that holds this path. Layers may overlap where that is cheap.
///
/// In the formulas `x` is a path, or all paths of one cycle; sizes are NAR sizes in bytes.
/// ```
/// solo(x) = size(x) >= 192 KiB * bits(number of paths in the closure of x)     bits(1) = 1, bits(2...3) = 2, bits(4...7) = 3, ...
/// dependencies first:
///     carried = union of carried(r) over the references r of x
///     P       = union of pending(r) over the references r of x, minus carried
///     solo(x):  P not empty and size(P) <= size(x):  layer {x} + P;  carried += P;  P = {}
///               else:                                layer {x};      P goes on up
///     else:     P += {x}
///     pending(x) = P;  carried(x) = carried
/// ```
/// What is still pending at a requested path is a layer of its own (``leftovers(split:)``); too many layers are bundled
/// (``bundled(_:budget:)``).
///
/// Manifest order: requested path by requested path, the largest closure first, those layers of each that no earlier one has. Within
/// that, layers of paths with few paths in their closure first, then larger before smaller, then by path. A client that identifies a
/// layer together with all below it (Docker's classic store does) reuses only the beginning that two images have in common; this
/// order makes it long for images with the same largest packages (`docs/layers.md` has the figures). What was merged comes last.
struct ClosureGrouping {
    static let unit: Int64 = 192 << 10

    struct Layer: Hashable {
        /// First path of the unit that defines the layer.
        let anchor: Int
        /// Sorted.
        let contents: [Int]
        let reason: LayerReason
    }

    let graph: ReferenceGraph
    private(set) var layers: [Layer] = []
    /// What is pending at each unit that holds a requested path.
    private(set) var pending: [Int: BitSet] = [:]

    init(_ graph: ReferenceGraph) {
        self.graph = graph
        let nothing = BitSet(bound: graph.paths.count)
        let isRequested = Set(graph.requested.map { graph.unitOfPath[$0] })
        // Two sets for each unit would be too much for a large graph, so they are let go of with the last unit that refers to them.
        var open: [(pending: BitSet, carried: BitSet)?] = Array(repeating: nil, count: graph.units.count)
        var referrers = [Int](repeating: 0, count: graph.units.count)
        for reference in graph.unitReferences.joined() { referrers[reference] += 1 }

        for (number, unit) in graph.units.enumerated() {
            var below = nothing
            var covered = nothing
            for reference in graph.unitReferences[number] {
                if let sets = open[reference] {
                    below.formUnion(sets.pending)
                    covered.formUnion(sets.carried)
                }
                referrers[reference] -= 1
                if referrers[reference] == 0 { open[reference] = nil }
            }
            below.subtract(covered)
            if isSolo(number) {
                let small = below.members
                if !small.isEmpty, graph.narSize(of: small) <= graph.narSize(of: unit) {
                    covered.formUnion(below)
                    layers.append(Layer(anchor: unit[0], contents: (small + unit).sorted(), reason: .carrying))
                    below = nothing
                } else {
                    layers.append(Layer(anchor: unit[0], contents: unit, reason: .solo))
                }
            } else {
                for path in unit { below.insert(path) }
            }
            if isRequested.contains(number) { pending[number] = below }
            if referrers[number] > 0 { open[number] = (below, covered) }
        }
    }

    func groups(budget: Int) -> [LayerGroup] {
        var plan = layers + leftovers(split: true)
        if plan.count > budget { plan = layers + leftovers(split: false) }
        if plan.count > budget { plan = bundled(plan, budget: budget) }
        return inManifestOrder(plan)
    }

    private func isSolo(_ unit: Int) -> Bool {
        graph.narSize(of: graph.units[unit]) >= Self.unit * Int64(Int.bitWidth - graph.reach.counts[unit].leadingZeroBitCount)
    }

    private func inManifestOrder(_ plan: [Layer]) -> [LayerGroup] {
        let requests = requestsBySize
        let first = firstToReach(requests)
        let rank = Dictionary(uniqueKeysWithValues: zip(requests, requests.indices))
        let keyed = plan.map { layer in
            let part = layer.reason == .merged ? requests.count : rank[first[layer.anchor], default: requests.count]
            let closure = graph.reach.counts[graph.unitOfPath[layer.anchor]]
            return (layer: layer, key: (part, closure, -graph.narSize(of: layer.contents), layer.anchor))
        }
        let ordered = keyed.sorted { left, right in
            left.key != right.key ? left.key < right.key : left.layer.contents.lexicographicallyPrecedes(right.layer.contents)
        }
        // Two bundles can come out equal; a manifest names a layer once.
        var seen: Set<[Int]> = []
        return ordered.filter { seen.insert($0.layer.contents).inserted }
            .map { graph.group($0.layer.contents, anchor: $0.layer.anchor, reason: $0.layer.reason) }
    }
}
