import Layers

/// A graph of numbered paths; the numbers are in bytewise order of the paths.
struct Graph: Sendable {
    var narSizes: [Int64]
    var references: [[Int]]
    var requested: [Int]

    static func path(_ number: Int, _ name: String = "p") throws -> StorePath {
        let digits = String(number)
        return try StorePath("/nix/store/" + String(repeating: "0", count: 32 - digits.count) + digits + "-" + name)
    }

    /// - Parameter order: of the paths and references that are handed in, which must not matter.
    func closure(reversed: Bool = false) throws -> Closure {
        let paths = try narSizes.indices.map { number in
            let references = try references[number].map { try Self.path($0) }
            return PathInfo(
                path: try Self.path(number), narSize: narSizes[number], references: reversed ? references.reversed() : references)
        }
        let requested = try requested.map { try Self.path($0) }
        return try Closure(requested: reversed ? requested.reversed() : requested, paths: reversed ? paths.reversed() : paths)
    }

    /// A graph that looks like a store, the same for the same seed. With `cycles` references go both ways.
    static func random(seed: UInt64, cycles: Bool = false) -> Graph {
        var numbers = Numbers(state: seed &* 0x9e37_79b9_7f4a_7c15 | 1)
        let count = 1 + numbers.next(60)
        var references = [[Int]](repeating: [], count: count)
        for number in 0..<count {
            for _ in 0..<numbers.next(5) {
                // Requested paths have low numbers, so that references go up unless there are cycles.
                let target = cycles ? numbers.next(count) : number + numbers.next(count - number)
                references[number].append(target)
            }
        }
        let sizes = (0..<count).map { _ in (Int64(1) << Int64(numbers.next(28))) + Int64(numbers.next(1000)) }
        return Graph(narSizes: sizes, references: references, requested: [0] + (0..<numbers.next(8)).map { _ in numbers.next(count) })
            .reachable()
    }

    /// Only what the requested paths lead to, numbered anew.
    private func reachable() -> Graph {
        var reached = Set(requested)
        var open = requested
        while let number = open.popLast() {
            for reference in references[number] where reached.insert(reference).inserted { open.append(reference) }
        }
        let kept = reached.sorted()
        let renumbered = Dictionary(uniqueKeysWithValues: zip(kept, kept.indices))
        return Graph(
            narSizes: kept.map { narSizes[$0] }, references: kept.map { references[$0].compactMap { renumbered[$0] } },
            requested: requested.compactMap { renumbered[$0] })
    }
}

/// Numbers that are the same everywhere (Marsaglia, "Xorshift RNGs", 2003).
private struct Numbers {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int((state >> 16) % UInt64(bound))
    }
}
