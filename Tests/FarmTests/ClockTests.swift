import HummingbirdTesting
import Postgres
import Queue
import TestSupport
import Testing

/// Workers whose wall clocks are an hour from the database's: all times are the database's, or monotonic.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ClockTests {
    private let farm: FarmFixture

    init() async throws { farm = try await FarmFixture(seed: SeededGenerator.seed) { $0.lease = .seconds(2) } }

    private func worker(_ clock: WrongClock) throws -> PipedProcess {
        try farm.process(clock.rawValue, heldAt: "building", lease: 2, try clock.environment)
    }

    /// Leases are kept beyond their first end, nothing is reaped or given back, each job is claimed once.
    @Test func jobsAreKeptWhileClientsPull() async throws {
        let workers = try WrongClock.allCases.map(worker)
        let seed = SeededGenerator.seed
        try await farm.frontend("f1").test(.router) { one in
            try await farm.frontend("f2").test(.router) { two in
                let pulls = Pulls([one, two], seed: seed)
                let names = (1...25).map { "image\($0)" } + (1...5).map { "broken\($0)" }
                async let clients: Void = withThrowingTaskGroup(of: Void.self) { group in
                    for name in names { group.addTask { try await pulls.pull(name) } }
                    for _ in 0..<16 { group.addTask { try await pulls.pull(12, of: names) } }
                    try await group.waitForAll()
                }
                for worker in workers { #expect(await worker.line() == "at building") }
                try await outlastLeases()
                #expect(
                    try await farm.value(
                        """
                        SELECT count(*)::text AS value FROM farm.worker_status
                        WHERE state = 'ready' AND running > 0 AND last_heartbeat >= '0'
                        """) == "2")
                // Held no more.
                for worker in workers { for _ in names { worker.goOn() } }
                try await clients
                try await farm.expectNothingLost(pulls, good: 25, refusedAllowed: false, "FARM_SEED=\(seed)")
            }
        }
        #expect(try await farm.value("SELECT max(attempt)::text AS value FROM farm.jobs") == "1")
        #expect(
            try await farm.value(
                "SELECT string_agg(DISTINCT kind, ' ') AS value FROM farm.job_events WHERE kind NOT IN ('queued', 'phase')")
                == "claimed failed succeeded")
        #expect(try await farm.value("SELECT string_agg(DISTINCT worker, ' ') AS value FROM farm.jobs") == "ahead behind")
    }

    /// The other, whose clock is two hours away from its own, takes over when the lease has run out, and not before.
    @Test(arguments: WrongClock.allCases) func aKilledOneIsMissed(clock: WrongClock) async throws {
        let doomed = try worker(clock)
        try await farm.frontend("f").test(.router) { frontend in
            let pulls = Pulls([frontend], seed: 1)
            async let pull: Void = pulls.pull("image")
            #expect(await doomed.line() == "at building")
            try await outlastLeases()
            doomed.send(.kill)
            let lease = try #require(try await farm.value("SELECT lease_until::text AS value FROM farm.jobs WHERE state = 'running'"))
            let other = try worker(clock.other)
            #expect(await other.line() == "at building")
            other.goOn()
            try await pull
            try await farm.expectNothingLost(pulls, good: 1, refusedAllowed: false, "the clock of the killed is \(clock)")
            #expect(
                try await farm.value(
                    "SELECT string_agg(kind, ' ' ORDER BY id) AS value FROM farm.job_events WHERE kind NOT IN ('queued', 'phase')")
                    == "claimed lost claimed succeeded")
            #expect(try await farm.value("SELECT (at >= '\(lease)')::text AS value FROM farm.job_events WHERE kind = 'lost'") == "true")
        }
    }

    /// Waits until the leases that are held now would have run out.
    private func outlastLeases() async throws {
        let end = try #require(
            try await farm.value("SELECT max(lease_until)::text AS value FROM farm.jobs WHERE state = 'running'"), "no job is held")
        while try await farm.value("SELECT (now() > '\(end)')::text AS value") != "true" { try await nextTurn() }
    }
}
