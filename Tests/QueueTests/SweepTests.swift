import Postgres
import Queue
import Records
import Registry
import Testing

/// Jobs that nobody wants, that nobody can build, that are late; and what is left of all jobs in the end.
@Suite(.timeLimit(.minutes(5))) struct SweepTests {
    private static let frontend = FrontendIdentity(id: "f1", host: "h", process: 1, version: "test")

    private func farm(_ change: (inout QueueTimes) -> Void = { _ in }) async throws -> QueueFixture {
        let farm = try await QueueFixture(change)
        try await farm.queue.register(Self.frontend)
        return farm
    }

    private static let past = "now() - interval '1 hour'"

    enum Reason: CaseIterable {
        case waitedFor, detached, wanted, nothing, deadFrontend
    }

    @Test(arguments: Reason.allCases, [false, true])
    func aJobIsCancelledOnlyWhenNobodyWantsIt(reason: Reason, isRunning: Bool) async throws {
        let farm = try await farm()
        let waits = reason == .waitedFor || reason == .deadFrontend
        let outcome = try await farm.request(
            QueueFixture.recipe(), waiter: waits ? Self.frontend.id : nil, isDetached: reason == .detached)
        if isRunning { _ = try await farm.queue.claim(farm.worker(), limit: 1) }
        if reason != .wanted { try await farm.execute("UPDATE farm.jobs SET wanted_until = \(Self.past)") }
        if reason == .deadFrontend { try await farm.execute("UPDATE farm.frontends SET heartbeat_at = \(Self.past)") }
        try await farm.queue.sweep()
        let isKept = reason != .nothing && reason != .deadFrontend
        #expect(try await farm.value("SELECT cancel_requested::text AS value FROM farm.jobs") == (isKept ? "false" : "true"))
        // A running job ends when its worker has stopped the processes.
        let next = try await farm.queue.outcomes([outcome.job])[outcome.job]
        let cancelled = BuildOutcome.cancelled(job: outcome.job, reason: JobQueue.unwantedReason)
        #expect(next == (isKept || isRunning ? .waiting(job: outcome.job) : cancelled))
    }

    @Test func aSecondFrontendKeepsTheJobOfTheFirst() async throws {
        let farm = try await farm()
        let second = FrontendIdentity(id: "f2", host: "h", process: 2, version: "test")
        try await farm.queue.register(second)
        let job = try await farm.request(QueueFixture.recipe(), waiter: "f1").job
        #expect(try await farm.request(QueueFixture.recipe(), waiter: "f2").job == job)
        try await farm.queue.leave(job, waiter: "f1")
        try await farm.execute("UPDATE farm.jobs SET wanted_until = \(Self.past)")
        try await farm.queue.sweep()
        #expect(try await farm.value("SELECT state AS value FROM farm.jobs") == "queued")
        try await farm.queue.unregister(second)
        #expect(try await farm.value("SELECT count(*)::text AS value FROM farm.waiters") == "0")
        #expect(try await farm.value("SELECT (wanted_until > now())::text AS value FROM farm.jobs") == "true")
    }

    @Test func aPullGoesBeforeWhatIsBuiltAheadOfTime() async throws {
        let farm = try await farm()
        let ahead = try await farm.request(QueueFixture.recipe("git"), priority: .prebuild, isDetached: true).job
        let joined = try await farm.request(QueueFixture.recipe("jq"), priority: .prebuild, isDetached: true).job
        let pull = try await farm.request(QueueFixture.recipe("hello")).job
        // Somebody pulls what is being made ahead of time: it goes up, and is made even if he leaves.
        #expect(try await farm.request(QueueFixture.recipe("jq")).job == joined)
        let claimed = try await farm.queue.claim(farm.worker(), limit: 4).map(\.lease.job)
        #expect(claimed == [joined, pull, ahead])
        #expect(try await farm.value("SELECT detached::text AS value FROM farm.jobs WHERE id = \(joined)") == "true")
    }

    enum Workforce: CaseIterable {
        case none, present, otherSystem, stopped, lost, drained, paused
    }

    @Test(arguments: Workforce.allCases)
    func aJobThatNoWorkerIsThereForFails(workforce: Workforce) async throws {
        let farm = try await farm()
        if workforce != .none { _ = try await farm.worker(systems: workforce == .otherSystem ? ["riscv64-linux"] : ["x86_64-linux"]) }
        switch workforce {
        case .none, .present, .otherSystem: break
        case .stopped: try await farm.execute("UPDATE farm.workers SET stopped_at = \(Self.past)")
        case .lost: try await farm.execute("UPDATE farm.workers SET heartbeat_at = \(Self.past)")
        case .drained: #expect(try await farm.queue.carryOut(.drain(worker: "w1")).contains("claims nothing more"))
        case .paused:
            try await farm.execute("UPDATE farm.workers SET stopped_at = \(Self.past)")
            #expect(try await farm.queue.carryOut(.pause(system: "x86_64-linux")).contains("no job for x86_64-linux is claimed"))
        }
        let job = try await farm.request(QueueFixture.recipe()).job
        try await farm.queue.sweep()
        #expect(try await farm.queue.outcomes([job])[job] == .waiting(job: job))
        try await farm.execute("UPDATE farm.jobs SET created_at = \(Self.past), run_after = \(Self.past)")
        try await farm.queue.sweep()
        let outcome = try #require(try await farm.queue.outcomes([job])[job])
        guard workforce != .present, workforce != .paused else {
            #expect(outcome == .waiting(job: job))
            return
        }
        guard case .failed(let error, _, _) = outcome else {
            Issue.record("the job should have failed, not \(outcome)")
            return
        }
        #expect(error.code == .noWorker)
        #expect(error.message.contains("no worker for x86_64-linux has been there for 120 s"))
        #expect(error.message.contains(workforce == .otherSystem ? "riscv64-linux" : "workers build for"))
        // The same client's next request is told the same.
        #expect(try await farm.request(QueueFixture.recipe()).job == job)
    }

    @Test func aPausedSystemIsNotClaimed() async throws {
        let farm = try await farm()
        _ = try await farm.request(QueueFixture.recipe())
        let worker = try await farm.worker()
        _ = try await farm.queue.carryOut(.pause(system: "x86_64-linux"))
        #expect(try await farm.queue.claim(worker, limit: 1).isEmpty)
        _ = try await farm.queue.carryOut(.resume(system: "x86_64-linux"))
        #expect(try await farm.queue.claim(worker, limit: 1).count == 1)
    }

    @Test(arguments: [(["kvm"], true), ([], false), (["big", "kvm"], true)] as [([String], Bool)])
    func aWorkerClaimsWhatItHasTheFeaturesFor(features: [String], isClaimed: Bool) async throws {
        let farm = try await farm()
        _ = try await farm.request(QueueFixture.recipe())
        try await farm.execute("UPDATE farm.jobs SET features = '{kvm}'")
        let worker = WorkerIdentity(
            id: "w", host: "h", process: 1, systems: ["x86_64-linux"], slots: 1, version: "test", features: features)
        try await farm.queue.register(worker)
        #expect(try await farm.queue.claim(worker, limit: 1).isEmpty != isClaimed)
    }

    @Test func aJobPastItsDeadlineFails() async throws {
        let farm = try await farm { $0.deadline = .seconds(90) }
        let job = try await farm.request(QueueFixture.recipe()).job
        _ = try await farm.worker()
        try await farm.execute("UPDATE farm.jobs SET deadline = \(Self.past)")
        try await farm.queue.sweep()
        guard case .failed(let error, _, _)? = try await farm.queue.outcomes([job])[job] else {
            Issue.record("the job should have failed")
            return
        }
        #expect(error.code == .timeout)
        #expect(error.message.contains("90 s (the limit is NIXERY_JOB_SECONDS)"))
    }

    @Test func theWorkerIsToldHowMuchTimeIsLeft() async throws {
        let farm = try await farm { $0.deadline = .seconds(500) }
        _ = try await farm.request(QueueFixture.recipe())
        let job = try #require(try await farm.queue.claim(farm.worker(), limit: 1).first)
        #expect(job.timeLeft > .seconds(400) && job.timeLeft <= .seconds(500))
    }

    @Test func oldJobsAreRemovedWithAllThatBelongsToThem() async throws {
        let farm = try await farm()
        let old = try await farm.request(QueueFixture.recipe("git"), waiter: Self.frontend.id).job
        let job = try #require(try await farm.queue.claim(farm.worker(), limit: 1).first)
        try await farm.queue.appendLog(job.lease, "line\n")
        #expect(try await farm.queue.fail(job.lease, JobError(.buildFailed, "no")))
        let live = try await farm.request(QueueFixture.recipe("hello"), waiter: Self.frontend.id).job
        #expect(try await farm.queue.prune(keep: .seconds(3600)) == 0)
        // Only who waits for a live job is kept.
        #expect(try await farm.value("SELECT string_agg(job::text, ' ') AS value FROM farm.waiters") == String(live))
        try await farm.execute("UPDATE farm.jobs SET finished_at = \(Self.past) - interval '1 hour' WHERE id = \(old)")
        #expect(try await farm.queue.prune(keep: .seconds(3600)) == 1)
        #expect(try await farm.value("SELECT string_agg(id::text, ' ') AS value FROM farm.jobs") == String(live))
        #expect(try await farm.queue.log(old) == nil)
    }

    @Test func eventsGoByTheDay() async throws {
        let farm = try await farm()
        _ = try await farm.request(QueueFixture.recipe())
        _ = try await farm.queue.prune(keep: .seconds(3 * 86_400))
        let days = "SELECT count(*)::text AS value FROM pg_inherits WHERE inhparent = 'farm.job_events'::regclass"
        #expect(try await farm.value(days) == "4")
        // Today's event is in the default partition, tomorrow's in its own; one of a day that has none is taken all the same.
        for day in ["now() + interval '1 day'", "now() - interval '9 days'"] {
            try await farm.execute("INSERT INTO farm.job_events (job, at, kind) VALUES (7, \(day), 'test')")
        }
        #expect(try await farm.value("SELECT count(*)::text AS value FROM farm.job_events_other") == "2")
        try await farm.execute(
            "CREATE TABLE farm.job_events_20200102 PARTITION OF farm.job_events FOR VALUES FROM ('2020-01-02') TO ('2020-01-03')")
        _ = try await farm.queue.prune(keep: .seconds(3 * 86_400))
        #expect(try await farm.value(days) == "4")
        #expect(try await farm.value("SELECT count(*)::text AS value FROM farm.job_events_other") == "1")
    }

    @Test func operatorsRetryAndCancel() async throws {
        let farm = try await farm()
        let job = try await farm.request(QueueFixture.recipe()).job
        #expect(try await farm.queue.carryOut(.retry(job: job)) == "job 1 (hello) is queued; only a failed or cancelled one can be retried")
        let lease = try #require(try await farm.queue.claim(farm.worker(), limit: 1).first).lease
        #expect(try await farm.queue.fail(lease, JobError(.buildFailed, "no")))
        #expect(try await farm.queue.carryOut(.cancel(job: job)) == "job 1 (hello) has ended already: failed")
        // Retried long after, it has no more time than before.
        let deadline = "SELECT extract(epoch FROM deadline - now())::int::text AS value FROM farm.jobs"
        let time = try await farm.value(deadline)
        try await farm.execute("UPDATE farm.jobs SET created_at = created_at - interval '1 day', deadline = deadline - interval '1 day'")
        #expect(try await farm.queue.carryOut(.retry(job: job)) == "job 1 (hello) is queued again")
        #expect(try await farm.queue.fail(#require(farm.queue.claim(farm.worker(), limit: 1).first).lease, JobError(.buildFailed, "no")))
        #expect(try await farm.queue.carryOut(.retry(job: job)) == "job 1 (hello) is queued again")
        #expect(try await farm.value(deadline) == time)
        #expect(try await farm.request(QueueFixture.recipe()) == .waiting(job: job))
        let again = try #require(try await farm.queue.claim(farm.worker(), limit: 1).first)
        #expect(again.attempt == 1)
        #expect(try await farm.queue.carryOut(.cancel(job: job)) == "job 1 (hello) is being stopped by w1")
        #expect(try await farm.queue.heartbeat("w1", [again.lease]) == [again.lease: true])
        // A new request does not wait for the processes to end.
        let newer = try await farm.request(QueueFixture.recipe()).job
        #expect(newer != job)
        try await farm.queue.cancelled(again.lease)
        #expect(try await farm.queue.carryOut(.retry(job: job)) == "hello is being built already, by a newer job")
        #expect(try await farm.queue.carryOut(.cancel(job: 99)) == "there is no job 99")
        #expect(try await farm.queue.carryOut(.drain(worker: "nobody")) == "no worker nobody is at work")
    }

    @Test func operatorViewsHaveTheirColumns() async throws {
        let farm = try await farm()
        _ = try await farm.request(QueueFixture.recipe())
        _ = try await farm.worker()
        for view in [OperatorView.live, .recent, .failures, .slowest, .workers, .health] {
            for row in try await farm.queue.rows(view) {
                #expect(row.cells.count == view.columns.count)
                #expect(row.json.hasPrefix("{"))
            }
        }
        #expect(try await farm.queue.rows(.live).count == 1)
        #expect(try await farm.queue.standing(1) == "next in the queue")
        try await farm.execute("SELECT * FROM farm.waiting")
    }
}
