import Postgres
import Queue
import Registry
import Testing

@Suite(.timeLimit(.minutes(5))) struct JobLossTests {
    /// Claims a job and lets its lease run out.
    private func lostJob(_ farm: QueueFixture, _ worker: String = "w1") async throws -> ClaimedJob {
        let job = try #require(try await farm.queue.claim(farm.worker(worker), limit: 1).first)
        try await farm.pool.execute("UPDATE farm.jobs SET lease_until = now() - interval '1 second'")
        return job
    }

    @Test func lostWorkIsDoneAgainAndTheLateResultIsRefused() async throws {
        let farm = try await QueueFixture()
        _ = try await farm.request(QueueFixture.recipe())
        let lost = try await lostJob(farm)
        try await farm.queue.sweep()
        let again = try #require(try await farm.queue.claim(farm.worker("w2"), limit: 1).first)
        #expect(again.lease.job == lost.lease.job)
        #expect(again.lease.fence > lost.lease.fence)
        let image = try await farm.image()
        #expect(try await !farm.queue.complete(lost.lease, image))
        #expect(try await !farm.queue.fail(lost.lease, JobError(.buildFailed, "late")))
        #expect(try await !farm.queue.progress(lost.lease, phase: "late", done: 0, total: 0))
        #expect(try await farm.queue.heartbeat("w1", [lost.lease]).isEmpty)
        #expect(try await farm.queue.complete(again.lease, image))
    }

    @Test func aJobThatKeepsLosingItsWorkerFails() async throws {
        let farm = try await QueueFixture { $0.mostAttempts = 3 }
        _ = try await farm.request(QueueFixture.recipe())
        var job = 0
        for _ in 0..<3 {
            job = try await lostJob(farm).lease.job
            try await farm.queue.sweep()
        }
        guard case .failed(let error, _, _) = try await farm.queue.outcomes([job])[job] else {
            Issue.record("the job should have failed")
            return
        }
        #expect(error.code == .workerLost)
    }

    /// The answer to a claim was lost, so the worker knows nothing of it.
    @Test func whatWasClaimedUnknowinglyIsGivenBack() async throws {
        let farm = try await QueueFixture()
        for name in ["git", "hello"] { _ = try await farm.request(QueueFixture.recipe(name)) }
        let known = try #require(try await farm.queue.claim(farm.worker(), limit: 1).first)
        _ = try await farm.queue.claim(farm.worker(), limit: 1)
        try await farm.queue.giveBack(of: "w1", except: [known.lease])
        #expect(try await farm.value("SELECT string_agg(state || attempt, ' ' ORDER BY id) AS value FROM farm.jobs") == "running1 queued0")
        try await farm.queue.giveBack(of: "w2", except: [])
        #expect(try await farm.queue.heartbeat("w1", [known.lease]) == [known.lease: false])
    }

    @Test func heartbeatsKeepALease() async throws {
        let farm = try await QueueFixture()
        _ = try await farm.request(QueueFixture.recipe())
        let job = try await lostJob(farm)
        #expect(try await farm.queue.heartbeat("w1", [job.lease]) == [job.lease: false])
        try await farm.queue.sweep()
        #expect(try await farm.value("SELECT state AS value FROM farm.jobs") == "running")
        try await farm.pool.execute("UPDATE farm.jobs SET cancel_requested = true")
        #expect(try await farm.queue.heartbeat("w1", [job.lease]) == [job.lease: true])
    }

    @Test(arguments: JobError.Code.allCases, [PackageSource.path("/srv/set"), QueueFixture.pinned])
    func finalErrorsAreRememberedAndPassingOnesTriedAgain(code: JobError.Code, source: PackageSource) async throws {
        let farm = try await QueueFixture {
            $0.failureMemory = .seconds(3000)
            $0.movingFailureMemory = .seconds(200)
        }
        let recipe = try QueueFixture.recipe(source: source)
        _ = try await farm.request(recipe)
        let job = try #require(try await farm.queue.claim(farm.worker(), limit: 1).first)
        let error = JobError(code, "what happened\nlast lines")
        #expect(try await farm.queue.fail(job.lease, error))
        let next = try await farm.request(recipe)
        guard code.isFinal else {
            #expect(next == .waiting(job: job.lease.job))
            return
        }
        // Whoever waited is told the same as whoever comes later, and for how long.
        for outcome in [next, try await farm.queue.outcomes([job.lease.job])[job.lease.job]] {
            guard case .failed(error, job.lease.job, let remembered?) = outcome else {
                Issue.record("not a remembered failure: \(String(describing: outcome))")
                continue
            }
            #expect((recipe.isPinned ? 2000...3000 : 100...200).contains(remembered))
        }
    }

    @Test func aReleasedJobKeepsItsAttempts() async throws {
        let farm = try await QueueFixture()
        _ = try await farm.request(QueueFixture.recipe())
        let job = try #require(try await farm.queue.claim(farm.worker(), limit: 1).first)
        try await farm.queue.release(job.lease)
        #expect(try await farm.queue.claim(farm.worker("w2"), limit: 1).first?.attempt == 1)
    }

    @Test func theStoryOfAJobCanBeRead() async throws {
        let farm = try await QueueFixture()
        _ = try await farm.request(QueueFixture.recipe())
        let job = try #require(try await farm.queue.claim(farm.worker(), limit: 1).first)
        #expect(try await farm.queue.progress(job.lease, phase: "building", done: 1, total: 2))
        try await farm.queue.appendLog(job.lease, "one\n")
        try await farm.queue.appendLog(job.lease, "two\u{0}\n")
        #expect(try await farm.queue.log(job.lease.job) == "one\ntwo\u{fffd}\n")
        let details = try #require(try await farm.queue.details(job.lease.job))
        #expect(details.phase == "building")
        #expect(details.events.count == 3)
        #expect(try await farm.queue.details(0) == nil)
        for view in ["queue", "running", "worker_status", "recent_failures", "tail"] {
            _ = try await farm.pool.execute(SQLStatement("SELECT * FROM farm.\(view)"))
        }
    }
}
