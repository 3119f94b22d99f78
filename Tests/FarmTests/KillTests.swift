import Assembly
import Hashing
import HummingbirdTesting
import ObjectStorage
import Pipeline
import Postgres
import Queue
import TestSupport
import Testing

/// Workers that are processes of their own, killed or halted at every point of a build.
@Suite(.serialized, .timeLimit(.minutes(5))) struct KillTests {
    private let farm: FarmFixture

    init() async throws {
        // With leases that are not lost by a busy machine alone.
        farm = try await FarmFixture(seed: 1)
    }

    static let phases = BuildPhase.allCases.map(\.rawValue) + ["stored"]

    /// Between upload and completion, too: the last phase.
    @Test(arguments: phases) func killedAtAnyPointTheBuildIsDoneByAnother(phase: String) async throws {
        let doomed = try farm.process("doomed", heldAt: phase, lease: 5)
        try await farm.frontend("f").test(.router) { frontend in
            let pulls = Pulls([frontend], seed: 1)
            async let pull: Void = pulls.pull("image")
            #expect(await doomed.line() == "at \(phase)")
            doomed.send(.kill)
            let other = try farm.worker("other")
            try await pull
            try await farm.expectNothingLost(pulls, good: 1, refusedAllowed: false, "killed at \(phase)")
            #expect(
                try await farm.value(
                    "SELECT string_agg(kind, ' ' ORDER BY id) AS value FROM farm.job_events WHERE kind IN ('claimed', 'lost', 'succeeded')")
                    == "claimed lost claimed succeeded")
            try await other.stop()
        }
    }

    @Test func aJobThatKillsFourWorkersIsEndedWithThatReason() async throws {
        try await farm.frontend("f").test(.router) { frontend in
            let pulls = Pulls([frontend], seed: 1)
            async let pull: Void = pulls.pull("broken")
            for number in 1...4 {
                let doomed = try farm.process("doomed\(number)", heldAt: "building")
                #expect(await doomed.line() == "at building")
                doomed.send(.kill)
            }
            try await pull
            let outcome = try #require(pulls.outcomes["broken"])
            #expect(outcome.messages.contains { $0.contains("4 times in a row") }, "\(outcome)")
            #expect(try await farm.value("SELECT error_code || attempt AS value FROM farm.jobs") == "worker_lost4")
        }
    }

    /// Halted for longer than its lease lasts, it comes too late: another's result stands.
    @Test(arguments: ["building", "stored"]) func aHaltedWorkerComesTooLate(phase: String) async throws {
        let halted = try farm.process("halted", heldAt: phase)
        try await farm.frontend("f").test(.router) { frontend in
            let pulls = Pulls([frontend], seed: 1)
            async let pull: Void = pulls.pull("image")
            #expect(await halted.line() == "at \(phase)")
            halted.send(.halt)
            let other = try farm.worker("other")
            try await pull
            try await other.stop()
            halted.goOn()
            halted.send(.goOn)
            // It lives, and does the next job.
            async let next: Void = pulls.pull("another")
            // It may say before that its build was stopped.
            var line = await halted.line()
            if line.hasPrefix("stopped ") { line = await halted.line() }
            #expect(line == "at \(phase)")
            halted.goOn()
            try await next
            try await farm.expectNothingLost(pulls, good: 2, refusedAllowed: false, "halted at \(phase)")
            #expect(try await farm.value("SELECT string_agg(worker, ' ' ORDER BY id) AS value FROM farm.jobs") == "other halted")
        }
    }
}
