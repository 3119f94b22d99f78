import HummingbirdTesting
import Postgres
import Queue
import TestSupport
import Testing

/// A worker in a network of its own, whose wire to the database is cut for longer than a lease lasts, and mended.
@Suite(.serialized, .timeLimit(.minutes(5))) struct NetworkTests {
    private static let lease = 5

    /// At `stored` the worker does not know of the cut when it sends its result.
    @Test(arguments: NetworkNamespace.Cut.allCases, ["building", "stored"])
    func aWorkerThatIsCutOffIsReplacedAndComesBack(cut: NetworkNamespace.Cut, phase: String) async throws {
        let farm = try await FarmFixture(seed: 1) { $0.lease = .seconds(Self.lease) }
        let network = try NetworkNamespace()
        try await farm.server.listen(on: network.host)
        let far = try farm.process("far", heldAt: phase, lease: Self.lease, in: network)
        try await farm.frontend("f").test(.router) { frontend in
            let pulls = Pulls([frontend], seed: 1)
            async let pull: Void = pulls.pull("image")
            #expect(await far.line() == "at \(phase)")
            try network.cut(cut)
            let limit = try #require(try await farm.value("SELECT (now() + interval '\(Self.lease) seconds')::text AS value"))
            let other = try farm.worker("other")
            if phase == "stored" { far.goOn() }
            let stopped = phase == "building" ? await far.line() : nil
            try await pull
            try await other.stop()
            while try await farm.value("SELECT (now() > '\(limit)')::text AS value") != "true" { try await nextTurn() }
            try network.heal(cut)
            async let next: Void = pulls.pull("another")
            #expect(await far.line() == "at \(phase)")
            far.goOn()
            try await next

            try await farm.expectNothingLost(pulls, good: 2, refusedAllowed: false, "\(cut) cut at \(phase)")
            // What it sends late changes nothing. Where only replies are cut its result may have arrived in time.
            let ends = ["claimed far, lost far, claimed other, succeeded other", "claimed far, succeeded far"]
            let end = try await farm.value(
                """
                SELECT string_agg(kind || ' ' || e.worker, ', ' ORDER BY e.id) AS value FROM farm.job_events e JOIN farm.jobs j ON j.id = job
                WHERE j.image = 'image' AND kind NOT IN ('queued', 'phase')
                """)
            #expect(ends.prefix(phase == "stored" && cut == .replies ? 2 : 1).contains(end ?? ""))
            #expect(try await farm.value("SELECT worker AS value FROM farm.jobs WHERE image = 'another'") == "far")
            // It has stopped its build by itself, before anybody else could have it.
            if let stopped {
                let second = try #require(Double(stopped.dropFirst("stopped ".count)), "it printed '\(stopped)'")
                #expect(
                    try await farm.value(
                        "SELECT (at > to_timestamp(\(second)))::text AS value FROM farm.job_events WHERE kind = 'lost'") == "true")
            }
        }
    }
}
