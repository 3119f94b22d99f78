import HummingbirdTesting
import Postgres
import Queue
import StandIn
import TestSupport
import Testing

/// As many clients as there may be.
@Suite(.serialized, .timeLimit(.minutes(5))) struct CrowdTests {
    /// Ten thousand equal requests at once: one job, one answer to all, also when it is that the image cannot be built.
    @Test(arguments: ["image", "broken"]) func tenThousandAskForOneImage(name: String) async throws {
        let farm = try await FarmFixture(seed: SeededGenerator.seed, longestPhase: .milliseconds(400)) { $0.failureMemory = .seconds(300) }
        let worker = try farm.worker("w")
        try await farm.frontend("f1").test(.router) { one in
            try await farm.frontend("f2").test(.router) { two in
                let pulls = Pulls([one, two], seed: SeededGenerator.seed)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<10_000 { group.addTask { try await pulls.pull(name) } }
                    try await group.waitForAll()
                }
                #expect(pulls.outcomes[name]?.statuses == [name == "image" ? 200 : 404: 10_000])
                #expect(name == "broken" || pulls.outcomes[name]?.digests.count == 1)
                #expect(name == "image" || pulls.outcomes[name]?.messages.allSatisfy { $0.contains("broken does not build") } == true)
                #expect(farm.builder.begun == 1)
            }
        }
        #expect(try await farm.value("SELECT count(*)::text AS value FROM farm.jobs") == "1")
        try await worker.stop()
    }

    /// Clients that come and go at random: those who stay get their image, and a job that all have left is given up, but for those who come back.
    @Test func comingAndGoing() async throws {
        let seed = SeededGenerator.seed
        let farm = try await FarmFixture(seed: seed, longestPhase: .milliseconds(50)) { $0.unwanted = .milliseconds(50) }
        let worker = try farm.worker("w")
        try await farm.frontend("f1").test(.router) { one in
            try await farm.frontend("f2").test(.router) { two in
                let pulls = Pulls([one, two], seed: seed)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<40 {
                        group.addTask {
                            var random = SeededGenerator(seed: seed &+ UInt64(number))
                            for _ in 0..<10 {
                                let name = "image\(Int.random(in: 0..<20, using: &random))"
                                // Three of four hang up, at any moment.
                                let pull = Task { try await pulls.pull(name) }
                                if Int.random(in: 0..<4, using: &random) > 0 {
                                    for _ in 0..<Int.random(in: 0..<2000, using: &random) { try await nextTurn() }
                                    pull.cancel()
                                }
                                _ = await pull.result
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                let after = Pulls([one, two], seed: seed)
                for number in 0..<20 { try await after.pull("image\(number)") }
                try await farm.expectNothingLost(after, good: 20, refusedAllowed: false, "FARM_SEED=\(seed)")
            }
        }
        // Nobody is left waiting, and nothing is built for nobody.
        #expect(
            try await farm.value(
                "SELECT count(*)::text AS value FROM farm.waiters JOIN farm.jobs ON id = job WHERE state IN ('queued', 'running')") == "0")
        try await worker.stop()
    }
}
