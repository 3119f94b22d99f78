import Synchronization
import TestSupport

/// What became of the faults of one kind.
struct FaultTally {
    var injected = 0
    /// Of these, those whose blob was said to be stored and is not there.
    var lost = 0
    /// Those whose blob has other bytes.
    var wrong = 0
    /// Those whose blob was not stored, which was said.
    var refused = 0
    /// From the fault to the next request that met none.
    var recoveries: [Duration] = []

    static func merged(_ all: [[String: FaultTally]]) -> [String: FaultTally] {
        all.reduce(into: [:]) { $0.merge($1) { $0 + $1 } }
    }

    static func table(_ store: String, blobs: Int, _ tallies: [String: FaultTally]) -> String {
        let total = tallies.values.reduce(FaultTally()) { $0 + $1 }
        let rows = tallies.sorted { $0.key < $1.key } + [("all, \(blobs) blobs", total)]
        return "\n| \(store): fault | injected | lost | wrong | refused | tried again | recovered after: median | at most |\n"
            + "|---|---:|---:|---:|---:|---:|---:|---:|\n" + rows.map { "\($0.value.row($0.key))\n" }.joined()
    }

    private func row(_ name: String) -> String {
        let times = recoveries.sorted().map { Int($0 / .milliseconds(1)) }
        let (median, most) = times.last.map { ("\(times[times.count / 2]) ms", "\($0) ms") } ?? ("", "")
        return "| \(name) | \(injected) | \(lost) | \(wrong) | \(refused) | \(recoveries.count) | \(median) | \(most) |"
    }

    static func + (one: FaultTally, other: FaultTally) -> FaultTally {
        FaultTally(
            injected: one.injected + other.injected, lost: one.lost + other.lost, wrong: one.wrong + other.wrong,
            refused: one.refused + other.refused, recoveries: one.recoveries + other.recoveries)
    }
}

/// Draws faults for the requests to one store, whose blobs come one after the other, and keeps what became of each.
final class FaultRecord: Sendable {
    enum Outcome { case right, lost, wrong, refused }

    private struct State {
        var random: UInt64
        var tallies: [String: FaultTally] = [:]
        /// Kinds that met the present blob.
        var met: [String] = []
        /// Faults after which no request was undisturbed yet.
        var open: [(kind: String, at: ContinuousClock.Instant)] = []
    }

    private static let kinds: [(String, @Sendable (Int) -> StubFault)] = [
        ("reset at the start", { _ in .reset(afterBodyBytes: 0) }),
        ("reset in the middle", { .reset(afterBodyBytes: $0 / 2) }),
        ("reset at the last byte", { .reset(afterBodyBytes: max(0, $0 - 1)) }),
        ("done, answer lost", { _ in .loseAnswer }),
        ("done, answer cut", { _ in .cutAnswer(afterBytes: 40) }),
        ("stall in the middle", { .stall(afterBodyBytes: $0 / 2) }),
        ("429", { _ in .answer(StubAnswer(429)) }),
        ("503", { _ in .answer(StubAnswer(503)) }),
    ]

    private let state: Mutex<State>

    init(seed: UInt64) { state = Mutex(State(random: seed &* 0x9E37_79B9_7F4A_7C15 | 1)) }

    var tallies: [String: FaultTally] { state.withLock { $0.tallies } }

    /// A fault for about every second request.
    @Sendable func fault(_ request: StubRequest) -> StubFault? {
        state.withLock { state in
            for shift in [13, -7, 17] { state.random ^= shift > 0 ? state.random << UInt64(shift) : state.random >> UInt64(-shift) }
            let draw = state.random >> 16
            guard draw % 2 == 0 else {
                for fault in state.open { state.tallies[fault.kind]?.recoveries.append(.now - fault.at) }
                state.open = []
                return nil
            }
            let (kind, fault) = Self.kinds[Int(draw / 2 % UInt64(Self.kinds.count))]
            state.tallies[kind, default: FaultTally()].injected += 1
            state.met.append(kind)
            state.open.append((kind, .now))
            return fault(request["Content-Length"].flatMap { Int($0) } ?? 0)
        }
    }

    /// The present blob is done with.
    func end(_ outcome: Outcome) {
        state.withLock { state in
            for kind in state.met {
                switch outcome {
                case .right: break
                case .lost: state.tallies[kind]?.lost += 1
                case .wrong: state.tallies[kind]?.wrong += 1
                case .refused: state.tallies[kind]?.refused += 1
                }
            }
            state.met = []
        }
    }
}
