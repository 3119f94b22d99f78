import FrontendServer
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Postgres
import Queue
import Registry
import ServiceLifecycle
import TestSupport
import Testing

/// What becomes of a wait: it goes on at the next hop, ends with the build, with the client, or with the frontend.
@Suite(.timeLimit(.minutes(5))) struct WaitingTests {
    /// Asks for a manifest, and ends the wait once the frontend knows of a job for it.
    private func hop(
        _ farm: RegistryFixture, _ client: some TestClientProtocol, _ path: String, _ method: HTTPRequest.Method = .get
    ) async throws -> TestResponse {
        async let answer = client.execute(uri: "/v2/" + path, method: method) { $0 }
        while await farm.waiters.jobs.isEmpty { try await nextTurn() }
        await farm.waiters.handOn()
        return try await answer
    }

    @Test func aWaitGoesOnAtTheNextHop() async throws {
        let farm = try await RegistryFixture(relays: true)
        try await farm.application.test(.router) { client in
            let first = try await hop(farm, client, "hello/manifests/latest", .head)
            #expect(first.status == .temporaryRedirect)
            #expect(first.headers[.location] == "/v2/hello/manifests/latest?hop=1&job=1")
            let second = try await hop(farm, client, "hello/manifests/latest?hop=1&job=1")
            #expect(second.headers[.location] == "/v2/hello/manifests/latest?hop=2&job=1")
            #expect(try await farm.value("SELECT count(*)::text AS value FROM farm.jobs") == "1")
            let last = try await hop(farm, client, "hello/manifests/latest?hop=9&job=1")
            #expect(last.status == .tooManyRequests)
            #expect(last.headers[.retryAfter] != nil)
            #expect(String(buffer: last.body).contains("next in the queue"))
            #expect(String(buffer: last.body).contains("/jobs/1"))
            // Whoever was told to pull again finds it still wanted.
            #expect(try await farm.value("SELECT (wanted_until = deadline)::text AS value FROM farm.jobs") == "true")
        }
    }

    /// The result of a moving source serves the hops of those who waited for it, however long ago it ended.
    @Test func aHopFindsWhatWasBuiltBetweenTwoHops() async throws {
        let farm = try await RegistryFixture(relays: true)
        let image = try await farm.image()
        try await farm.application.test(.router) { client in
            _ = try await hop(farm, client, "hello/manifests/latest", .head)
            let job = try await farm.claim()
            #expect(try await farm.queue.complete(job.lease, image))
            try await farm.execute("UPDATE farm.jobs SET finished_at = now() - interval '1 hour'")
            let found = try await client.execute(uri: "/v2/hello/manifests/latest?hop=1&job=1", method: .get) { $0 }
            #expect(found.status == .ok)
            // Under another name the job's number is worth nothing.
            let other = try await hop(farm, client, "git/manifests/latest?hop=1&job=1")
            #expect(other.headers[.location] == "/v2/git/manifests/latest?hop=2&job=2")
        }
    }

    @Test(arguments: ["hop=0", "hop=10&job=1", "hop=x", "hop=-3", "hop=2&job=x", "job=7", "hop="])
    func aFalseHopIsAnOrdinaryRequest(query: String) async throws {
        let farm = try await RegistryFixture(wait: .milliseconds(100), relays: true)
        try await farm.application.test(.router) { client in
            let answer = try await client.execute(uri: "/v2/hello/manifests/latest?\(query)", method: .get) { $0 }
            #expect(answer.status == .temporaryRedirect)
        }
    }

    @Test func aJobIsWantedWhileSomebodyWaits() async throws {
        let farm = try await RegistryFixture(relays: true)
        try await farm.application.test(.router) { client in
            async let answer = client.execute(uri: "/v2/hello/manifests/latest", method: .get) { $0.status }
            try await farm.until("SELECT count(*)::text AS value FROM farm.waiters", is: "1")
            try await farm.execute("UPDATE farm.jobs SET wanted_until = now() - interval '1 second'")
            try await farm.queue.sweep()
            #expect(try await farm.value("SELECT state AS value FROM farm.jobs") == "queued")
            while await farm.waiters.jobs.isEmpty { try await nextTurn() }
            await farm.waiters.handOn()
            #expect(try await answer == .temporaryRedirect)
            // The row goes with the last who waits.
            try await farm.until("SELECT count(*)::text AS value FROM farm.waiters", is: "0")
            #expect(try await farm.value("SELECT (wanted_until > now())::text AS value FROM farm.jobs") == "true")
            try await farm.execute("UPDATE farm.jobs SET wanted_until = now() - interval '1 second'")
            try await farm.queue.sweep()
            #expect(try await farm.value("SELECT state AS value FROM farm.jobs") == "cancelled")
        }
    }

    /// The sweep and a new client may meet: the client's request makes a job of its own.
    @Test func aJobThatWasGivenUpIsAskedForAgain() async throws {
        let farm = try await RegistryFixture()
        let image = try await farm.image()
        try await farm.application.test(.router) { client in
            async let answer = client.execute(uri: "/v2/hello/manifests/latest", method: .get) { $0.status }
            try await farm.until("SELECT count(*)::text AS value FROM farm.waiters", is: "1")
            try await farm.execute(
                "UPDATE farm.jobs SET state = 'cancelled', finished_at = now(), cancel_reason = '\(JobQueue.unwantedReason)'")
            let job = try await farm.claim()
            #expect(job.lease.job == 2)
            #expect(try await farm.queue.complete(job.lease, image))
            #expect(try await answer == .ok)
        }
    }

    @Test func anOperatorsCancelEndsTheWait() async throws {
        let farm = try await RegistryFixture()
        try await farm.application.test(.router) { client in
            async let answer = client.execute(uri: "/v2/hello/manifests/latest", method: .get) { $0 }
            try await farm.until("SELECT count(*)::text AS value FROM farm.waiters", is: "1")
            #expect(try await farm.queue.carryOut(.cancel(job: 1)) == "job 1 (hello) is cancelled")
            #expect(try await answer.status == .tooManyRequests)
            #expect(String(buffer: try await answer.body).contains("cancelled by an operator"))
        }
    }

    /// The frontend is told to stop while clients wait: they are handed on, and their job stays wanted.
    @Test func aStoppingFrontendHandsItsClientsOn() async throws {
        let farm = try await RegistryFixture(relays: true)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let group = ServiceGroup(services: farm.application.services, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            async let answer = farm.manifests.manifest(name: "hello", tag: "latest", format: .oci, hop: .first, authority: nil)
            try await farm.until("SELECT count(*)::text AS value FROM farm.waiters", is: "1")
            await group.triggerGracefulShutdown()
            #expect(try await answer == .relay(job: 1))
            try await tasks.waitForAll()
        }
        try await farm.withPool { pool in
            let rows = try await pool.rows("SELECT (SELECT count(*) FROM farm.waiters)::text || ' ' || state AS value FROM farm.jobs") {
                row in
                try row.text("value")
            }
            #expect(rows == ["0 queued"])
        }
    }

    /// Until the database answers there is no job to name.
    @Test func aPullThatHasNoJobYetNamesNone() async throws {
        let farm = try await RegistryFixture(wait: .milliseconds(50), database: PostgresConfiguration(parameters: ["host": "/nonexistent"]))
        try await farm.application.test(.router) { _ in
            let error = try #require(
                await #expect(throws: RegistryError.self) {
                    try await farm.manifests.manifest(name: "hello", tag: "latest", format: .oci, hop: .first, authority: "farm.example")
                }
            )
            #expect(error.status == 429)
            #expect(error.detail == nil)
            #expect(!error.message.contains("/jobs/"))
        }
    }
}
