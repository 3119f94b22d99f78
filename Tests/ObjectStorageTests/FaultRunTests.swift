import HTTP
import Hashing
import ObjectStorage
import Synchronization
import TestSupport
import Testing

/// Hundreds of faults in one run: every other request meets one, of a kind drawn by a fixed sequence. Afterwards every blob is there and right.
@Suite(.serialized) final class FaultRunTests: Sendable {
    /// What was done, and what became of the blobs that met it.
    private struct Tally {
        var injected: [String: Int] = [:]
        var retried = 0
        var lost = 0
        var wrong = 0
        var refused = 0
    }

    private static let kinds: [(String, @Sendable (Int) -> StubFault)] = [
        ("reset, start", { _ in .reset(afterBodyBytes: 0) }),
        ("reset, middle", { .reset(afterBodyBytes: $0 / 2) }),
        ("reset, last byte", { .reset(afterBodyBytes: max(0, $0 - 1)) }),
        ("answer lost", { _ in .loseAnswer }),
        ("answer cut", { _ in .cutAnswer(afterBytes: 40) }),
        ("stall", { .stall(afterBodyBytes: $0 / 2) }),
        ("429", { _ in .answer(StubAnswer(429)) }),
        ("503", { _ in .answer(StubAnswer(503)) }),
    ]

    private let tally = Mutex(Tally())

    /// Draws a fault for about every second request.
    private func faults() -> StubServer.Fault {
        let state = Mutex<UInt64>(88_172_645_463_325_252)
        return { [self] request in
            let draw = state.withLock { state in
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                return state >> 16
            }
            guard draw % 2 == 0 else { return nil }
            let (name, fault) = Self.kinds[Int(draw / 2 % UInt64(Self.kinds.count))]
            tally.withLock { $0.injected[name, default: 0] += 1 }
            return fault(request["Content-Length"].flatMap { Int($0) } ?? 0)
        }
    }

    private func run(_ store: any ObjectStore, blobs: Int, _ stored: @escaping @Sendable (Digest) -> [UInt8]?) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask { [self] in
                    for index in stride(from: worker, to: blobs, by: 4) {
                        let bytes = pattern(index.isMultiple(of: 3) ? 600_000 : 20_000, seed: UInt64(index + 1))
                        do {
                            let digest = try await store.store(bytes)
                            tally.withLock { tally in
                                switch stored(digest) {
                                case nil: tally.lost += 1
                                case bytes?: break
                                case _?: tally.wrong += 1
                                }
                            }
                        } catch is StorageError {
                            // Refused in words: the job fails and is done again. Nothing was said to be there.
                            tally.withLock { $0.refused += 1 }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func report(_ name: String, blobs: Int, requests: Int, _ time: Duration) -> Int {
        let tally = tally.withLock { $0 }
        let injected = tally.injected.values.reduce(0, +)
        for (fault, count) in tally.injected.sorted(by: { $0.key < $1.key }) { print("\(name): \(fault): \(count) times") }
        print(
            "\(name): \(blobs) blobs, \(requests) requests, \(injected) faults, \(tally.lost) lost, \(tally.wrong) wrong, \(tally.refused) refused, \(time)"
        )
        #expect(tally.lost == 0)
        #expect(tally.wrong == 0)
        #expect(tally.refused == 0)
        return injected
    }

    private let limits = HTTPLimits(connect: .seconds(5), silence: .milliseconds(400))
    private let patient = RetryPolicy(attempts: 24, sleep: { _ in try Task.checkCancellation() })

    @Test func google() async throws {
        let bench = try GoogleBench(retry: patient, limits: limits, fault: faults())
        let begin = ContinuousClock.now
        try await run(bench.store, blobs: 90) { bench.fake.object("layers/\($0.hex)")?.bytes }
        #expect(report("gcs", blobs: 90, requests: bench.server.requests.count, .now - begin) >= 100)
        #expect(bench.fake.names.count == 90)
    }

    @Test func s3() async throws {
        let bench = try S3Bench(retry: patient, limits: limits, fault: faults())
        let begin = ContinuousClock.now
        try await run(bench.store, blobs: 60) { bench.fake.object("layers/\($0.hex)") }
        #expect(report("s3", blobs: 60, requests: bench.server.requests.count, .now - begin) >= 100)
        #expect(bench.fake.state.withLock { $0.uploads.count } <= bench.server.requests.count)
    }
}
