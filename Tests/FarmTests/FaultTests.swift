import Foundation
import HummingbirdTesting
import Postgres
import StandIn
import TestSupport
import Testing

/// The farm goes on whatever breaks between it and its database: each fault strikes three times while sixteen clients pull. `FARM_SEED`
/// repeats a run's choices, `FARM_FAULT` names the only fault to try.
@Suite(.serialized, .timeLimit(.minutes(5))) struct FaultTests {
    enum Fault: String, CaseIterable {
        case restartedFast, restartedAsAfterACrash, serverKilled, halted, sessionsEnded, readOnly
        case cutBothWays, cutRequests, cutReplies, repliesLost
        case notificationsSuppressed, poolExhausted, transactionHeldOpen, workersReplaced

        /// Whether a pull may be refused meanwhile, with the advice to try again: when there is no database to ask.
        var refuses: Bool { [.halted, .readOnly, .cutBothWays, .cutRequests, .cutReplies].contains(self) }

        /// The one that `FARM_FAULT` names, or all.
        static let asked = ProcessInfo.processInfo.environment["FARM_FAULT"].flatMap(Fault.init).map { [$0] } ?? allCases
    }

    private static let names = (1...25).map { "image\($0)" } + (1...5).map { "broken\($0)" }

    @Test(arguments: Fault.asked) func everyPullEndsAsItShould(fault: Fault) async throws {
        let seed = SeededGenerator.seed
        let farm = try await FarmFixture(seed: seed)
        let listens = fault != .notificationsSuppressed
        let connections = fault == .poolExhausted ? 1 : 4
        let workers = Workers(try (1...3).map { try farm.worker("w\($0)", listens: listens) })
        let one = try farm.frontend("f1", listens: listens, connections: connections)
        let two = try farm.frontend("f2", listens: listens, connections: connections)
        try await one.test(.router) { one in
            try await two.test(.router) { two in
                let pulls = Pulls([one, two], seed: seed)
                async let clients: Void = withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<16 { group.addTask { try await pulls.pull(12, of: Self.names) } }
                    try await group.waitForAll()
                }
                var strikes = 0
                for await _ in farm.builder.begins where farm.builder.begun > strikes * 8 {
                    try await strike(fault, farm, workers, strikes)
                    strikes += 1
                    if strikes == 3 { break }
                }
                try await clients
                // Afterwards all is well, also for those that were refused.
                let after = Pulls([one, two], seed: seed)
                for name in Self.names { try await after.pull(name) }
                #expect(after.refused == 0)
                for (name, outcome) in pulls.outcomes where !name.hasPrefix("broken") {
                    #expect(outcome.digests.isSubset(of: after.outcomes[name]?.digests ?? []))
                }
                try await farm.expectNothingLost(pulls, good: 25, refusedAllowed: fault.refuses, "fault \(fault), FARM_SEED=\(seed)")
            }
        }
        try await workers.stop()
    }

    private func strike(_ fault: Fault, _ farm: FarmFixture, _ workers: Workers, _ count: Int) async throws {
        switch fault {
        case .restartedFast: try await farm.server.restart(.fast)
        case .restartedAsAfterACrash: try await farm.server.restart(.immediate)
        case .serverKilled: try await farm.server.restart(.kill)
        case .halted:
            try await farm.server.pause()
            // The workers give up by themselves what they hold.
            while farm.builder.current > 0 { try await nextTurn() }
            try await farm.server.resume()
        case .sessionsEnded: try await farm.endSessions()
        case .readOnly:
            try await farm.setReadOnly(true)
            while farm.builder.current > 0 { try await nextTurn() }
            try await farm.setReadOnly(false)
        case .cutBothWays: try await cut(farm, [.requests, .replies])
        case .cutRequests: try await cut(farm, [.requests])
        case .cutReplies: try await cut(farm, [.replies])
        case .repliesLost: farm.line.loseReplies(5)
        case .notificationsSuppressed, .poolExhausted: break
        case .transactionHeldOpen:
            try await farm.direct.transaction { transaction in
                try transaction.execute("SELECT id FROM farm.jobs FOR UPDATE")
                try transaction.execute("SELECT pg_sleep(4)")
            }
        case .workersReplaced:
            try await workers.replace(with: farm.worker("new\(count)"))
        }
    }

    /// For longer than a lease lasts.
    private func cut(_ farm: FarmFixture, _ directions: Set<CutLine.Direction>) async throws {
        farm.line.hold(directions)
        while farm.builder.current > 0 { try await nextTurn() }
        while try await farm.value("SELECT max(id)::text AS value FROM farm.jobs WHERE state = 'running' AND lease_until > now()") != nil {
            try await nextTurn()
        }
        farm.line.hold([])
    }
}

extension FarmFixture {
    /// Ends all sessions but the asking one, as an administrator or a failover does.
    func endSessions() async throws {
        try await execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    }

    func setReadOnly(_ isReadOnly: Bool) async throws {
        let database = try await value("SELECT current_database() AS value") ?? ""
        try await execute("ALTER DATABASE \(database) SET default_transaction_read_only = \(isReadOnly)")
        try await endSessions()
    }
}
