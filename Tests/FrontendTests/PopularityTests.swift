import Assembly
import Foundation
import Hashing
import Layers
import Logging
import ObjectStorage
import Operations
import PopularityData
import Postgres
import Publication
import Queue
import Records
import Registry
import Subprocess
import TestSupport
import Testing

@testable import Pipeline

/// Popularity data on its way: from an address through a frontend's database to a worker.
@Suite(.timeLimit(.minutes(5))) struct PopularityTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let json = #"{ "glibc-2.36": 9, "hello-1": 0 }"#

    /// The program `nixery-frontend`: what it records at its start, and what its recipes say.
    @Test func aFrontendRecordsItAndItsRecipesNameIt() async throws {
        let server = try StubServer { _ in StubAnswer(200, text: Self.json) }
        let farm = try await FrontendProcess.database()
        let pinned = try PinnedPopularity(json: Array(Self.json.utf8))
        let pool = try PostgresPool(farm.configuration, size: 2, logger: Self.logger)
        let records = Records(pool: pool)
        let queue = JobQueue(pool: pool, times: QueueTimes())
        let worker = WorkerIdentity(id: "w", host: "h", process: 1, systems: ["x86_64-linux"], slots: 4, version: "test")
        try await queue.register(worker)

        let recipe = try await farm.serve([
            "NIXERY_LAYER_STRATEGY": "dominators", "NIX_POPULARITY_URL": "http://127.0.0.1:\(server.port)/p.json",
            "NIXERY_LAYER_BUDGET": "50",
        ]) { port in
            let connection = try await FrontendProcess.ask(port: port)
            defer { close(connection) }
            while true {
                if let job = try await queue.claim(worker, limit: 1).first { return try Recipe(decoding: job.recipe) }
                try await nextTurn()
            }
        }
        #expect(recipe.layering == Recipe.Layering(strategy: "dominators", budget: 50, popularity: pinned.digest))
        #expect(try await records.popularity(pinned.digest) == pinned.bytes)
        // And a worker finds it by the recipe's digest.
        let ledger = StoredLedger(records: records, store: try DirectoryStore(root: farm.storage), pool: pool)
        #expect(try await PopularityShelf(ledger).popularity(pinned.digest) == pinned.popularity)
    }

    @Test(arguments: [
        (["NIX_POPULARITY_URL": "ftp://x", "NIXERY_LAYER_STRATEGY": "dominators"], "NIX_POPULARITY_URL"),
        (["NIX_POPULARITY_URL": "file:///nowhere/p.json", "NIXERY_LAYER_STRATEGY": "dominators"], "/nowhere/p.json"),
        (["NIXERY_LAYER_STRATEGY": "best"], "NIXERY_LAYER_STRATEGY"), (["NIXERY_LAYER_BUDGET": "125"], "1 to 124"),
    ])
    func aFrontendThatCannotHaveItDoesNotStart(variables: [String: String], reason: String) async throws {
        let farm = try await FrontendProcess.database()
        let result = try await BuiltProgram("nixery-frontend").run(["serve"], environment: farm.environment(variables, port: 1))
        #expect(result.status == 1)
        #expect(result.errors.contains(reason), "\(result.errors)")
    }

    @Test func whatIsRecordedStays() async throws {
        let farm = try await FrontendProcess.database()
        let records = Records(pool: try PostgresPool(farm.configuration, size: 1, logger: Self.logger))
        let pinned = try PinnedPopularity(json: Array(Self.json.utf8))
        for _ in 0..<2 { try await records.record(popularity: pinned.bytes, digest: pinned.digest) }
        #expect(try await records.popularity(pinned.digest) == pinned.bytes)
        // The database itself refuses bytes under another's digest.
        let other = try SHA256.digest(of: [1])
        await #expect(throws: PostgresError.self) { try await records.record(popularity: pinned.bytes, digest: other) }
    }

    /// It passes: a frontend may be about to record it.
    @Test func aWorkerThatDoesNotFindItSaysSo() async throws {
        let digest = try SHA256.digest(of: [2])
        let error = try #require(
            await #expect(throws: JobError.self) { try await PopularityShelf(EmptyLedger()).popularity(digest) })
        #expect(!error.code.isFinal)
        #expect(error.message.contains("\(digest)") && error.message.contains("NIX_POPULARITY_URL"))
    }

    @Test func aWorkerReadsItOnce() async throws {
        let ledger = CountingLedger()
        let shelf = PopularityShelf(ledger)
        let pinned = try (0..<5).map { try PinnedPopularity(counts: ["a": $0]) }
        ledger.set(pinned)
        for _ in 0..<3 { _ = try await shelf.popularity(pinned[0].digest) }
        #expect(ledger.reads == 1)
        // Only a few are kept.
        for data in pinned { _ = try await shelf.popularity(data.digest) }
        _ = try await shelf.popularity(pinned[0].digest)
        #expect(ledger.reads == 6)
        // Other bytes under a digest are not used.
        ledger.set([pinned[1].digest: pinned[2].bytes])
        await #expect(throws: JobError.self) { try await PopularityShelf(ledger).popularity(pinned[1].digest) }
    }
}
