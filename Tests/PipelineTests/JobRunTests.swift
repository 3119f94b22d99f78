import Composition
import Hashing
import Logging
import Postgres
import Registry
import TestSupport
import Testing

@testable import Pipeline
@testable import Queue

/// How the end of a run is written down, and when a worker gives its jobs up by itself.
@Suite(.timeLimit(.minutes(5))) struct JobRunTests {
    private let pool: PostgresPool
    private let queue: JobQueue
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() async throws {
        pool = try PostgresPool(try await TemporaryPostgres.shared.database(migrations: "Migrations"), size: 2, logger: logger)
        queue = JobQueue(pool: pool, times: QueueTimes())
    }

    private func claim() async throws -> ClaimedJob {
        let recipe = Recipe(
            source: .path("/srv/set"), name: try ImageName(parsing: "hello"), layering: Recipe.Layering(strategy: "closure", budget: 94),
            packing: Recipe.Packing(version: 1, codec: "gzip", level: 1))
        let worker = WorkerIdentity(id: "w", host: "h", process: 1, systems: ["x86_64-linux"], slots: 4, version: "test")
        try await queue.register(worker)
        _ = try await queue.request(BuildRequest(recipe: recipe, key: recipe.buildKey(), image: "hello"))
        return try #require(try await queue.claim(worker, limit: 1).first)
    }

    /// State, attempt and error of the job.
    private func end() async throws -> String? {
        try await pool.first("SELECT concat_ws(' ', state, attempt, error_code) AS value FROM farm.jobs") { row in try row.text("value") }
    }

    /// A run whose build goes on until it is cancelled; `during` is called once it has begun.
    private func run(_ job: ClaimedJob, _ signal: StopSignal = StopSignal(), during: @Sendable (Task<Void, Never>) -> Void) async {
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        // Ends with the task that waits for it.
        let (endless, end) = AsyncStream.makeStream(of: Void.self)
        defer { end.finish() }
        let run = JobRun(job: job, queue: queue, logger: logger) { _, _, _ in
            begin.finish()
            for await _ in endless {}
            throw CancellationError()
        }
        let task = Task { await run.run(signal) }
        for await _ in begun {}
        during(task)
        await task.value
    }

    /// It is the worker that ends, not the job's time.
    @Test func aCancelledRunGivesTheJobBackWithItsAttempt() async throws {
        await run(try await claim()) { $0.cancel() }
        #expect(try await end() == "queued 0")
    }

    @Test func aBuildThatWasCancelledFromOutsideIsNoFailure() async throws {
        let run = JobRun(job: try await claim(), queue: queue, logger: logger) { _, _, _ in throw CancellationError() }
        await run.run(StopSignal())
        #expect(try await end() == "queued 0")
    }

    @Test(arguments: [(StopReason.cancelRequested, "cancelled 1"), (.shutdown, "queued 0"), (.leaseLost, "running 1")])
    func stoppedForAReason(reason: StopReason, state: String) async throws {
        let (job, signal) = (try await claim(), StopSignal())
        if reason == .cancelRequested { _ = try await queue.carryOut(.cancel(job: job.lease.job)) }
        await run(job, signal) { _ in signal.raise(reason) }
        #expect(try await end() == state)
    }

    @Test func aJobIsEndedAtItsDeadline() async throws {
        let job = try await claim()
        let late = ClaimedJob(
            lease: job.lease, recipe: job.recipe, image: job.image, attempt: job.attempt, timeLeft: .zero)
        await run(late) { _ in }
        #expect(try await end() == "failed 1 timeout")
        let message = try await pool.first("SELECT error_message AS value FROM farm.jobs") { row in try row.text("value") }
        #expect(message == "hello was not built within 3600 s (the limit is NIXERY_JOB_SECONDS)")
    }

    /// A lease is given up by itself when it was last confirmed too long ago; one that was claimed since is not.
    @Test func whatWasNotConfirmedInTimeIsGivenUp() async throws {
        let held = HeldJobs()
        let now = ContinuousClock.now
        let (old, young, renewed) = (JobLease(job: 1, fence: 1), JobLease(job: 2, fence: 2), JobLease(job: 3, fence: 3))
        let lost = await held.begin(old, sent: now - .seconds(40))
        let kept = [await held.begin(young, sent: now), await held.begin(renewed, sent: now - .seconds(40))]
        await held.take([renewed: false], asked: [renewed], sent: now - .seconds(10))
        // An older answer that comes later takes nothing back.
        await held.take([renewed: false], asked: [renewed], sent: now - .seconds(38))
        await held.giveUp(confirmedBefore: now - .seconds(35))
        #expect(await lost.wait() == .leaseLost)
        for signal in kept {
            signal.raise(.shutdown)
            #expect(await signal.wait() == .shutdown)
        }
    }
}
