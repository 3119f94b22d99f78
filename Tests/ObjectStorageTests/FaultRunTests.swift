import Foundation
import HTTP
import Hashing
import ObjectStorage
import TestSupport
import Testing

/// Hundreds of faults in one run: every other request meets one, of a kind drawn by a fixed sequence. Afterwards every blob is there and right.
///
/// Prints a table, which `Benchmarks/faults/run` shows; there FAULT_PAUSES=1 has the pauses between tries be those of a farm at work.
@Suite(.serialized, .timeLimit(.minutes(5))) struct FaultRunTests {
    private static let retry =
        ProcessInfo.processInfo.environment["FAULT_PAUSES"] == "1"
        ? RetryPolicy(attempts: 24) : RetryPolicy(attempts: 24, sleep: { _ in try Task.checkCancellation() })
    private static let limits = HTTPLimits(connect: .seconds(5), silence: .milliseconds(400))

    @Test func google() async throws {
        try await run("gcs", blobs: 120) { fault in
            let bench = try GoogleBench(retry: Self.retry, limits: Self.limits, fault: fault)
            return (bench.store, { bench.fake.object("layers/\($0.hex)")?.bytes })
        }
    }

    @Test func s3() async throws {
        try await run("s3", blobs: 80) { fault in
            let bench = try S3Bench(retry: Self.retry, limits: Self.limits, fault: fault)
            return (bench.store, { bench.fake.object("layers/\($0.hex)") })
        }
    }

    /// What a store's server has, by digest.
    private typealias Look = @Sendable (Digest) -> [UInt8]?

    /// Four stores side by side, each with a share of the blobs.
    private func run(
        _ name: String, blobs: Int, _ make: @escaping @Sendable (@escaping StubServer.Fault) throws -> (any ObjectStore, Look)
    ) async throws {
        let records = try await withThrowingTaskGroup(of: FaultRecord.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    let record = FaultRecord(seed: UInt64(worker + 1))
                    let (store, look) = try make(record.fault)
                    for index in stride(from: worker, to: blobs, by: 4) {
                        let bytes = pattern(index.isMultiple(of: 3) ? 600_000 : 20_000, seed: UInt64(index + 1))
                        record.end(try await outcome(store, look, bytes))
                    }
                    return record
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let tallies = FaultTally.merged(records.map(\.tallies))
        print(FaultTally.table(name, blobs: blobs, tallies))
        #expect(tallies.values.reduce(0) { $0 + $1.injected } >= 200)
        for tally in tallies.values {
            #expect(tally.lost == 0 && tally.wrong == 0 && tally.refused == 0)
            #expect(tally.recoveries.count == tally.injected)
        }
    }

    /// Stores and reads a blob among faults.
    private func outcome(_ store: any ObjectStore, _ look: Look, _ bytes: [UInt8]) async throws -> FaultRecord.Outcome {
        let digest: Digest
        do {
            digest = try await store.store(bytes)
        } catch is StorageError {
            // In words: the job fails and is done again. Nothing was said to be there.
            return .refused
        }
        guard let stored = look(digest), let read = try await store.get(.blob(digest), limit: bytes.count) else { return .lost }
        return stored == bytes && read == bytes ? .right : .wrong
    }
}
