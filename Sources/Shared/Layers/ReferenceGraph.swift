/// A closure as numbers: path `n` is the `n`th in bytewise order, so that comparing numbers compares paths.
struct ReferenceGraph {
    let paths: [StorePath]
    let narSizes: [Int64]
    let references: [[Int]]

    /// Sorted.
    let requested: [Int]

    /// The units in an order in which every unit comes after all that it refers to. A unit is one path or the paths of one cycle, sorted.
    let units: [[Int]]

    /// For each path all that can be reached from it, itself included.
    let closures: [BitSet]

    init(_ closure: Closure) {
        paths = closure.paths.map(\.path)
        narSizes = closure.paths.map(\.narSize)
        let numbers = Dictionary(uniqueKeysWithValues: zip(paths, paths.indices))
        // Closure admits only references and requests that are among its paths.
        references = closure.paths.map { $0.references.compactMap { numbers[$0] } }
        requested = closure.requested.compactMap { numbers[$0] }
        units = StrongComponents.find(in: references)

        var closures = [BitSet](repeating: BitSet(bound: paths.count), count: paths.count)
        for unit in units {
            var reached = BitSet(bound: paths.count, unit)
            for member in unit {
                for reference in references[member] where !unit.contains(reference) { reached.formUnion(closures[reference]) }
            }
            for member in unit { closures[member] = reached }
        }
        self.closures = closures
    }

    func narSize(of set: BitSet) -> Int64 { set.members.reduce(0) { $0 + narSizes[$1] } }

    func group(_ set: BitSet, anchor: Int) -> LayerGroup {
        LayerGroup(contents: set.members.map { paths[$0] }, narSize: narSize(of: set), anchor: paths[anchor])
    }
}
