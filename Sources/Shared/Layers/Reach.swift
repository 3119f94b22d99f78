/// How much can be reached from each node of a graph without cycles.
///
/// The sets themselves would take a bit for every pair of nodes (600 MB for 70,000 of them), so they are made for a few hundred targets
/// at a time, and only what they add up to is kept.
struct Reach {
    /// Targets at a time: eight words for each node, which is one line of the processor's cache.
    private static let width = 512

    /// For each node the sum of `counts` over all that can be reached from it, itself included.
    private(set) var counts: [Int]

    /// Likewise of `sizes`.
    private(set) var sizes: [Int64]

    /// - Parameters:
    ///   - references: for each node the nodes that it points at, all of smaller numbers.
    ///   - counts, sizes: what each node itself counts.
    init(references: [[Int]], counts: [Int], sizes: [Int64]) {
        self.counts = [Int](repeating: 0, count: references.count)
        self.sizes = [Int64](repeating: 0, count: references.count)
        for first in stride(from: 0, to: references.count, by: Self.width) {
            var reached = [SIMD8<UInt64>](repeating: .zero, count: references.count - first)
            // No node before `first` leads to a target from there on.
            for node in first..<references.count {
                var set = SIMD8<UInt64>.zero
                for reference in references[node] where reference >= first { set |= reached[reference - first] }
                if node < first + Self.width { set[(node - first) / 64] |= 1 << UInt64((node - first) % 64) }
                reached[node - first] = set
                guard set != .zero else { continue }
                add(set, first: first, to: node, counts, sizes)
            }
        }
    }

    private mutating func add(_ set: SIMD8<UInt64>, first: Int, to node: Int, _ own: [Int], _ ownSizes: [Int64]) {
        for word in 0..<8 {
            var rest = set[word]
            while rest != 0 {
                let target = first + word * 64 + rest.trailingZeroBitCount
                counts[node] += own[target]
                sizes[node] += ownSizes[target]
                rest &= rest - 1
            }
        }
    }
}
