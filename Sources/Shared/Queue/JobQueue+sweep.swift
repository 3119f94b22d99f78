import Postgres

/// What anybody may do for the queue at any time: every process of the farm sweeps now and then, row locks keep them apart, and there is
/// no leader to lose.
extension JobQueue {
    /// Puts back what lost workers held, cancels what nobody wants, ends what no worker can build or what is past its deadline, and wakes
    /// whoever has to know.
    package func sweep() async throws {
        try await reap()
        try await cancelUnwanted()
        try await endHopeless()
    }

    /// Puts jobs whose lease ran out back into the queue, or ends them after the last attempt.
    func reap() async throws {
        try await settle(
            Self.reap,
            [
                .int(times.mostAttempts), .text(JobError.Code.workerLost.rawValue),
                .text("the worker that built it was lost \(times.mostAttempts) times in a row"),
            ]
        )
    }

    /// Cancels live jobs that no living frontend waits for.
    func cancelUnwanted() async throws {
        try await settle(Self.cancelUnwanted, [.double(times.lease.inSeconds), .text(Self.unwantedReason)])
    }

    /// The reason of such a cancel.
    package static let unwantedReason = "nobody waits for it any more"

    /// Ends queued jobs that no worker has been there for, and queued jobs past their deadline.
    func endHopeless() async throws {
        try await settle(
            Self.endHopeless,
            [
                .double(times.noWorker.inSeconds), .text(JobError.Code.noWorker.rawValue), .text(JobError.Code.timeout.rawValue),
                .double(times.movingFailureMemory.inSeconds), .int(times.noWorker.inWholeSeconds), .int(times.deadline.inWholeSeconds),
            ]
        )
    }

    /// Removes what is older than it need be kept: ended jobs with their logs, rows of processes long gone, waiters of ended jobs, old events.
    /// - Parameter keep: how long ended jobs are kept.
    /// - Returns: how many jobs were removed: at most a batch, so call again until there are none.
    package func prune(keep: Duration) async throws -> Int {
        try await pool.execute(Self.pruneWaiters)
        try await pool.execute(Self.pruneProcesses, [.double(keep.inSeconds)])
        try await pool.execute("SELECT farm.keep_event_days($1)", [.int(max(1, keep.inWholeSeconds / 86_400))])
        return try await pool.execute(Self.pruneJobs, [.double(keep.inSeconds)])
    }

    /// Runs a statement that gives back jobs and their new state, and wakes those who wait for such.
    private func settle(_ statement: SQLStatement, _ values: [SQLValue]) async throws {
        let changed = try await pool.rows(statement, values) { row in (job: try row.int("id"), state: try row.text("state")) }
        let ended = changed.filter { ["failed", "cancelled"].contains($0.state) }.map(\.job)
        // A notification carries less than 8,000 bytes.
        for start in stride(from: 0, to: ended.count, by: 300) {
            await notify(Self.doneChannel, ended[start..<min(start + 300, ended.count)].map(String.init).joined(separator: ","))
        }
        if changed.contains(where: { $0.state == "queued" }) { await notify(Self.workChannel, "") }
        if changed.contains(where: { $0.state == "running" }) { await notify(Self.controlChannel, "") }
    }

    private static let reap: SQLStatement = """
        WITH lost AS (
            SELECT id, build_key, worker, fence, attempt >= $1 AS ended, cancel_requested FROM farm.jobs
            WHERE state = 'running' AND lease_until < now() FOR UPDATE SKIP LOCKED
        ), changed AS (
            UPDATE farm.jobs AS job
            SET state = CASE WHEN lost.cancel_requested THEN 'cancelled' WHEN lost.ended THEN 'failed' ELSE 'queued' END,
                lease_until = NULL, error_code = $2, error_message = $3, run_after = now(),
                finished_at = CASE WHEN lost.ended OR lost.cancel_requested THEN now() END
            FROM lost WHERE job.id = lost.id RETURNING job.id, job.state
        ), event AS (
            INSERT INTO farm.job_events (job, kind, worker, fence, detail) SELECT id, 'lost', worker, fence, 'the lease ran out' FROM lost
        )
        SELECT id, state FROM changed
        """

    /// A queued job is cancelled at once, a running one when its worker has stopped its processes.
    private static let cancelUnwanted: SQLStatement = """
        WITH unwanted AS (
            SELECT id, worker, fence FROM farm.jobs
            WHERE state IN ('queued', 'running') AND NOT cancel_requested AND NOT detached AND wanted_until < now() AND NOT EXISTS (
                SELECT FROM farm.waiters JOIN farm.frontends f ON f.id = frontend
                WHERE job = jobs.id AND f.heartbeat_at > now() - make_interval(secs => $1)
            ) FOR UPDATE SKIP LOCKED
        ), changed AS (
            UPDATE farm.jobs AS job
            SET cancel_requested = true, cancel_reason = $2, state = CASE WHEN job.state = 'queued' THEN 'cancelled' ELSE job.state END,
                finished_at = CASE WHEN job.state = 'queued' THEN now() END
            FROM unwanted WHERE job.id = unwanted.id RETURNING job.id, job.state
        ), event AS (
            INSERT INTO farm.job_events (job, kind, worker, fence, detail) SELECT id, 'cancel', worker, fence, $2 FROM unwanted
        )
        SELECT id, state FROM changed
        """

    /// Both errors are remembered for as long as a client takes to ask again.
    private static let endHopeless: SQLStatement = """
        WITH hopeless AS (
            SELECT id, build_key, deadline < now() AS is_late, CASE
                WHEN deadline < now() THEN 'it was not built within ' || $6 || ' s (the limit is NIXERY_JOB_SECONDS); no worker had time for it'
                ELSE 'no worker for ' || system || ' has been there for ' || $5 || ' s; workers build for: ' || COALESCE((
                    SELECT string_agg(DISTINCT served, ' ') FROM farm.workers w, unnest(w.systems) AS served
                    WHERE w.stopped_at IS NULL AND w.heartbeat_at > now() - make_interval(secs => $1)), 'nothing, none is running')
                END AS message
            FROM farm.jobs
            WHERE state = 'queued' AND (deadline < now() OR (
                created_at < now() - make_interval(secs => $1) AND run_after < now() - make_interval(secs => $1)
                AND NOT EXISTS (SELECT FROM farm.paused_systems p WHERE p.system = jobs.system)
                AND NOT EXISTS (
                    SELECT FROM farm.workers w WHERE jobs.system = ANY (w.systems) AND w.recipe_version >= jobs.recipe_version
                        AND jobs.features <@ w.features AND NOT w.draining
                        AND COALESCE(w.stopped_at, w.heartbeat_at) > now() - make_interval(secs => $1)
                )
            )) FOR UPDATE SKIP LOCKED
        ), changed AS (
            UPDATE farm.jobs AS job
            SET state = 'failed', finished_at = now(), error_code = CASE WHEN is_late THEN $3 ELSE $2 END, error_message = message
            FROM hopeless WHERE job.id = hopeless.id RETURNING job.id, job.state, job.build_key, job.error_code, job.error_message
        ), remembered AS (
            INSERT INTO farm.failures (build_key, job, code, message, remembered_until)
            SELECT build_key, id, error_code, error_message, now() + make_interval(secs => $4) FROM changed
            ON CONFLICT (build_key) DO UPDATE SET job = excluded.job, code = excluded.code, message = excluded.message,
                remembered_until = excluded.remembered_until
        ), event AS (
            INSERT INTO farm.job_events (job, kind, detail) SELECT id, 'failed', error_code || ': ' || error_message FROM changed
        )
        SELECT id, state FROM changed
        """

    private static let pruneWaiters: SQLStatement = """
        DELETE FROM farm.waiters USING farm.jobs WHERE id = job AND state NOT IN ('queued', 'running')
        """
    private static let pruneProcesses: SQLStatement = """
        WITH frontends AS (DELETE FROM farm.frontends WHERE heartbeat_at < now() - make_interval(secs => $1)),
        failures AS (DELETE FROM farm.failures WHERE remembered_until < now())
        DELETE FROM farm.workers w WHERE heartbeat_at < now() - make_interval(secs => $1) AND NOT EXISTS (
            SELECT FROM farm.jobs WHERE worker = w.id)
        """
    private static let pruneJobs: SQLStatement = """
        DELETE FROM farm.jobs WHERE id = ANY (ARRAY(
            SELECT id FROM farm.jobs WHERE finished_at < now() - make_interval(secs => $1)
            ORDER BY finished_at LIMIT 500 FOR UPDATE SKIP LOCKED))
        """
}
