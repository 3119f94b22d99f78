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
/// Manifest order: layers of paths with few paths in their closure first, then larger before smaller, then by path. This order
/// depends on each layer alone, so that images with common packages begin with the same chain of layers; a client that
/// identifies a layer together with all below it (Docker does) then reuses that beginning. Bundles belong to a requested
/// path, so they come late by themselves.
struct ClosureGrouping {
    static let unit: Int64 = 192 << 10

    struct Layer: Hashable {
        /// First path of the unit that defines the layer.
        let anchor: Int
        let contents: BitSet
    }

    let graph: ReferenceGraph
    private(set) var layers: [Layer] = []
    private(set) var pending: [BitSet]
    /// The unit of each path.
    private(set) var units: [BitSet]

    init(_ graph: ReferenceGraph) {
        self.graph = graph
        let nothing = BitSet(bound: graph.paths.count)
        units = Array(repeating: nothing, count: graph.paths.count)
        pending = units
        var carried = units
        for unit in graph.units {
            let members = BitSet(bound: graph.paths.count, unit)
            var below = nothing
            var covered = nothing
            for reference in unit.flatMap({ graph.references[$0] }) where !members.contains(reference) {
                below.formUnion(pending[reference])
                covered.formUnion(carried[reference])
            }
            below.subtract(covered)
            if isSolo(unit, members) {
                if !below.isEmpty, graph.narSize(of: below) <= graph.narSize(of: members) {
                    covered.formUnion(below)
                    below.formUnion(members)
                    layers.append(Layer(anchor: unit[0], contents: below))
                    below = nothing
                } else {
                    layers.append(Layer(anchor: unit[0], contents: members))
                }
            } else {
                below.formUnion(members)
            }
            for path in unit {
                units[path] = members
                pending[path] = below
                carried[path] = covered
            }
        }
    }

    func groups(budget: Int) -> [LayerGroup] {
        var plan = layers + leftovers(split: true)
        if plan.count > budget { plan = layers + leftovers(split: false) }
        if plan.count > budget { plan = bundled(plan, budget: budget) }
        return inManifestOrder(plan)
    }

    private func isSolo(_ unit: [Int], _ members: BitSet) -> Bool {
        let count = graph.closures[unit[0]].count
        return graph.narSize(of: members) >= Self.unit * Int64(Int.bitWidth - count.leadingZeroBitCount)
    }

    private func inManifestOrder(_ plan: [Layer]) -> [LayerGroup] {
        let keyed = plan.map { (layer: $0, closure: graph.closures[$0.anchor].count, size: graph.narSize(of: $0.contents)) }
        let ordered = keyed.sorted { left, right in
            if (left.closure, right.size) != (right.closure, left.size) {
                return (left.closure, right.size) < (right.closure, left.size)
            }
            if left.layer.anchor != right.layer.anchor { return left.layer.anchor < right.layer.anchor }
            return left.layer.contents.members.lexicographicallyPrecedes(right.layer.contents.members)
        }
        // Two bundles can come out equal; a manifest names a layer once.
        var seen: Set<BitSet> = []
        return ordered.filter { seen.insert($0.layer.contents).inserted }
            .map { graph.group($0.layer.contents, anchor: $0.layer.anchor) }
    }
}
