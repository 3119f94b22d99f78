import Postgres

/// What a frontend tells the queue: that it lives, and for which jobs its clients wait.
extension JobQueue {
    /// Makes or renews the frontend's row.
    package func register(_ frontend: FrontendIdentity) async throws {
        try await pool.execute(
            Self.registerFrontend,
            [.text(frontend.id), .text(frontend.host), .int(frontend.process), .text(frontend.version)]
        )
    }

    /// Says that the frontend lives.
    package func heartbeat(_ frontend: FrontendIdentity) async throws {
        guard try await pool.execute("UPDATE farm.frontends SET heartbeat_at = now() WHERE id = $1", [.text(frontend.id)]) == 0 else {
            return
        }
        try await register(frontend)
    }

    /// Ends the frontend's row. Those who waited there are handed on, so their jobs stay wanted for a while.
    package func unregister(_ frontend: FrontendIdentity) async throws {
        try await pool.execute(Self.unregisterFrontend, [.text(frontend.id), .double(times.unwanted.inSeconds)])
    }

    /// Nobody waits on this frontend any more. The job stays wanted for a while, for those who pull again.
    package func leave(_ job: Int, waiter: String) async throws {
        try await pool.execute(Self.leave, [.int(job), .text(waiter), .double(times.unwanted.inSeconds)])
    }

    /// Those who waited were told to pull again: the job stays wanted until its deadline.
    package func keep(_ job: Int) async throws {
        try await pool.execute(Self.keep, [.int(job)])
    }

    /// Adds the waiter, and raises the job to the request's priority.
    func join(_ job: Int, _ request: BuildRequest, _ waiter: String?) async throws {
        try await pool.execute(
            Self.join,
            [.int(job), .optional(waiter), .int(request.priority.rawValue), .bool(request.isDetached)]
        )
    }

    private static let registerFrontend: SQLStatement = """
        INSERT INTO farm.frontends (id, host, process, version) VALUES ($1, $2, $3, $4)
        ON CONFLICT (id) DO UPDATE SET heartbeat_at = now(), stopped_at = NULL
        """
    private static let unregisterFrontend: SQLStatement = """
        WITH gone AS (DELETE FROM farm.waiters WHERE frontend = $1 RETURNING job), kept AS (
            UPDATE farm.jobs SET wanted_until = GREATEST(wanted_until, now() + make_interval(secs => $2))
            WHERE id IN (SELECT job FROM gone) AND state IN ('queued', 'running')
        )
        UPDATE farm.frontends SET stopped_at = now() WHERE id = $1
        """
    /// The job's row is touched only when something changes: it is hot while many frontends join.
    private static let join: SQLStatement = """
        WITH raised AS (
            UPDATE farm.jobs SET priority = LEAST(priority, $3), detached = detached OR $4
            WHERE id = $1 AND state IN ('queued', 'running') AND (priority > $3 OR ($4 AND NOT detached))
        )
        INSERT INTO farm.waiters (job, frontend)
        SELECT id, $2 FROM farm.jobs WHERE id = $1 AND state IN ('queued', 'running') AND $2::text IS NOT NULL
        ON CONFLICT DO NOTHING
        """
    private static let leave: SQLStatement = """
        WITH gone AS (DELETE FROM farm.waiters WHERE job = $1 AND frontend = $2 RETURNING job)
        UPDATE farm.jobs SET wanted_until = GREATEST(wanted_until, now() + make_interval(secs => $3))
        WHERE id IN (SELECT job FROM gone) AND state IN ('queued', 'running')
        """
    private static let keep: SQLStatement = """
        UPDATE farm.jobs SET wanted_until = GREATEST(wanted_until, deadline) WHERE id = $1 AND state IN ('queued', 'running')
        """
}
