import Postgres
import TestSupport
import Testing

/// A new version is rolled out: all programs are replaced, one after another, while clients pull.
@Suite(.serialized, .timeLimit(.minutes(5))) struct RollingTests {
    /// Frontends by the real program, which hand on whoever waits; workers by the stand-in. The order is drawn from `FARM_SEED`.
    @Test func everyProgramIsReplacedAndNoPullIsLost() async throws {
        let seed = SeededGenerator.seed
        var random = SeededGenerator(seed: seed)
        let farm = try await FarmFixture(seed: seed)
        let balancer = Balancer(seed: seed)
        var frontends: [Frontend] = []
        for _ in 0..<2 { frontends.append(try await Frontend(farm, balancer)) }
        var workers = try (0..<3).map { try worker("old\($0)", farm) }

        let pulls = Pulls([{ try await balancer.get($0) }], seed: seed)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask { while await balancer.isOpen { try await pulls.pull(1, of: Self.names) } }
            }
            for step in (Array(repeating: "frontend", count: 2) + Array(repeating: "worker", count: 3)).shuffled(using: &random) {
                if step == "frontend" {
                    frontends.append(try await Frontend(farm, balancer))
                    let old = frontends.removeFirst()
                    await balancer.remove(old.port)
                    // There are clients to hand on.
                    while try await farm.value("SELECT '' AS value FROM farm.waiters WHERE frontend = '\(old.id)' LIMIT 1") == nil {
                        try await nextTurn()
                    }
                    await old.process.stop()
                } else {
                    workers.append(try worker("new\(workers.count)", farm))
                    let old = workers.removeFirst()
                    old.send(.terminate)
                    // It prints nothing; this is its end.
                    #expect(await old.line() == "")
                }
            }
            await balancer.close()
            try await group.waitForAll()
        }
        let handedOn = await balancer.handedOn
        #expect(handedOn > 0)
        let good = pulls.outcomes.keys.count { !$0.hasPrefix("broken") }
        try await farm.expectNothingLost(pulls, good: good, refusedAllowed: false, "FARM_SEED=\(seed)")
        #expect(try await farm.value("SELECT count(*)::text AS value FROM farm.job_events WHERE kind = 'lost'") == "0")
    }

    private static let names = (1...2000).map { $0 % 20 == 0 ? "broken\($0)" : "image\($0)" }

    private func worker(_ id: String, _ farm: FarmFixture) throws -> PipedProcess {
        try farm.process(id, heldAt: "", lease: 5, longestPhase: 200)
    }

    private struct Frontend {
        let port: Int
        let process: TestProcess
        /// In the database.
        let id: String

        /// Starts one and has it asked once it is ready.
        init(_ farm: FarmFixture, _ balancer: Balancer) async throws {
            let begin = try await farm.value("SELECT now()::text AS value") ?? ""
            port = try StubServer { _ in StubAnswer(200) }.port
            process = try farm.frontendProcess(port: port)
            try await balancer.isReady(port)
            await balancer.add(port)
            // It may be ready before it is written down.
            var id: String?
            while id == nil {
                try await nextTurn()
                id = try await farm.value("SELECT id AS value FROM farm.frontends WHERE started_at > '\(begin)'")
            }
            self.id = id ?? ""
        }
    }
}
