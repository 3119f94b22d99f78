/// A closure as numbers: path `n` is the `n`th in bytewise order, so that comparing numbers compares paths.
struct ReferenceGraph {
    let paths: [StorePath]
    let narSizes: [Int64]
    let references: [[Int]]

    /// Sorted.
    let requested: [Int]

    /// The units in an order in which every unit comes after all that it refers to. A unit is one path or the paths of one cycle, sorted.
    let units: [[Int]]

    /// For each path the unit that it is in.
    let unitOfPath: [Int]

    /// For each unit the other units that it refers to, each once, sorted; they have smaller numbers.
    let unitReferences: [[Int]]

    /// For each unit how many paths its closure has and what their NAR sizes add up to.
    let reach: Reach

    init(_ closure: Closure) {
        paths = closure.paths.map(\.path)
        narSizes = closure.paths.map(\.narSize)
        let numbers = Dictionary(uniqueKeysWithValues: zip(paths, paths.indices))
        // Closure admits only references and requests that are among its paths.
        references = closure.paths.map { $0.references.compactMap { numbers[$0] } }
        requested = closure.requested.compactMap { numbers[$0] }
        units = StrongComponents.find(in: references)

        var unitOfPath = [Int](repeating: 0, count: paths.count)
        for (number, unit) in units.enumerated() {
            for path in unit { unitOfPath[path] = number }
        }
        self.unitOfPath = unitOfPath
        unitReferences = units.enumerated().map { [references] number, unit in
            Set(unit.flatMap { references[$0] }.map { unitOfPath[$0] }).subtracting([number]).sorted()
        }
        reach = Reach(
            references: unitReferences, counts: units.map(\.count),
            sizes: units.map { [narSizes] unit in unit.reduce(0) { $0 + narSizes[$1] } })
    }

    func narSize(of members: some Sequence<Int>) -> Int64 { members.reduce(0) { $0 + narSizes[$1] } }

    /// - Parameter contents: sorted.
    func group(_ contents: [Int], anchor: Int, reason: LayerReason) -> LayerGroup {
        LayerGroup(contents: contents.map { paths[$0] }, narSize: narSize(of: contents), anchor: paths[anchor], reason: reason)
    }
}
