private import Glibc

/// Random numbers that can be had again: SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The seed of a test run: `FARM_SEED`, to repeat a run, or a new one, which failures name.
    package static let seed: UInt64 =
        unsafe getenv("FARM_SEED").flatMap { UInt64(unsafe String(cString: $0)) } ?? .random(in: 0..<1_000_000)
}
