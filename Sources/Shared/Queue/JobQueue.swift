package import Hashing
package import Postgres
import Registry

/// The queue in PostgreSQL. All processes share the table; nothing about jobs is kept in one of them.
package struct JobQueue: Sendable {
    let pool: PostgresPool
    package let times: QueueTimes

    /// Payload: nothing; there may be work.
    package static let workChannel = "farm_work"
    /// Payload: the numbers of jobs that ended.
    package static let doneChannel = "farm_done"
    /// Payload: nothing; a worker may have to stop a job.
    package static let controlChannel = "farm_control"

    package init(pool: PostgresPool, times: QueueTimes) {
        self.pool = pool
        self.times = times
    }

    /// Asks for a build: joins the live job of this recipe, takes a remembered failure or (for a moving source) a result of the last
    /// seconds, or makes a job. Looks first and inserts then, so that equal requests leave no dead rows.
    ///
    /// - Parameter waiter: the frontend whose clients wait; its row keeps the job wanted. It must ``leave(_:waiter:)`` when they have gone.
    package func request(_ request: BuildRequest, waiter: String? = nil) async throws -> BuildOutcome {
        if let known = try await look(request, waiter) { return known }
        let recipe = request.recipe
        let made = try await pool.first(
            Self.insert,
            [
                .bytes(request.key.bytes), .double(times.movingResultMemory.inSeconds), .bytes(recipe.encoding), .int(Recipe.version),
                .bool(recipe.isPinned), .text(request.image),
                .text(recipe.source.summary), .text(recipe.platform.nixSystem), .int(request.priority.rawValue),
                .bool(request.isDetached), .double(times.unwanted.inSeconds), .double(times.deadline.inSeconds), .optional(waiter),
            ]
        ) { row in try row.int("id") }
        if let job = made {
            await notify(Self.workChannel, "")
            return .waiting(job: job)
        }
        guard let known = try await look(request, waiter) else {
            throw JobError(.internal, "the job for \(request.image) ended while it was being joined; ask again")
        }
        return known
    }

    /// How jobs stand; numbers that no job has are left out.
    package func outcomes(_ jobs: [Int]) async throws -> [Int: BuildOutcome] {
        let rows = try await pool.rows(Self.states, [.intArray(jobs)]) { row in try BuildOutcome(row: row) }
        return Dictionary(rows.map { ($0.job, $0) }) { first, _ in first }
    }

    /// How a job stands, if it is one of this recipe.
    package func outcome(_ job: Int, key: Digest) async throws -> BuildOutcome? {
        try await pool.first(Self.stateOfKey, [.int(job), .bytes(key.bytes)]) { row in try BuildOutcome(row: row) }
    }

    private func look(_ request: BuildRequest, _ waiter: String?) async throws -> BuildOutcome? {
        let found = try await pool.first(
            Self.look, [.bytes(request.key.bytes), .double(times.movingResultMemory.inSeconds)]
        ) { row in try BuildOutcome(row: row) }
        guard case .waiting(let job)? = found else { return found }
        try await join(job, request, waiter)
        return found
    }

    /// Sent after the commit, as a statement of its own: inside the transaction it would hold a lock across the flush. A lost
    /// notification costs one poll interval, so a failure to send is no error.
    func notify(_ channel: String, _ payload: String) async {
        _ = try? await pool.execute("SELECT pg_notify($1, $2)", [.text(channel), .text(payload)])
    }

    private static let columns = "id, state, manifest, error_code, error_message, cancel_reason"
    private static let remembered = "greatest(ceil(extract(epoch FROM remembered_until - now())), 0)::bigint"
    /// What answers a request without a new job, for the key $1; a moving source's result of the last $2 seconds counts.
    private static let known = """
        (SELECT \(columns), NULL::bigint AS remembered FROM farm.jobs
         WHERE build_key = $1 AND state IN ('queued', 'running') AND NOT cancel_requested)
        UNION ALL
        (SELECT \(columns), NULL FROM farm.jobs
         WHERE build_key = $1 AND state = 'succeeded' AND (pinned OR finished_at > now() - make_interval(secs => $2)) AND manifest IS NOT NULL
         ORDER BY finished_at DESC LIMIT 1)
        UNION ALL
        (SELECT job, 'failed', NULL, code, message, NULL, \(remembered) FROM farm.failures
         WHERE build_key = $1 AND remembered_until > now())
        """
    private static let look = SQLStatement("\(known) LIMIT 1")
    private static let state = """
        SELECT \(columns), (
            SELECT \(remembered) FROM farm.failures known WHERE known.build_key = jobs.build_key AND known.job = jobs.id AND remembered_until > now()
        ) AS remembered
        FROM farm.jobs
        """
    private static let states = SQLStatement("\(state) WHERE id = ANY ($1::bigint[])")
    private static let stateOfKey = SQLStatement("\(state) WHERE id = $1 AND build_key = $2")
    /// What was not known at the first look may be by now.
    private static let insert = SQLStatement(
        """
        WITH made AS (
            INSERT INTO farm.jobs
                (build_key, recipe, recipe_version, pinned, image, source, system, priority, detached, wanted_until, deadline)
            SELECT $1, $3, $4, $5, $6, $7, $8, $9, $10, now() + make_interval(secs => $11), now() + make_interval(secs => $12)
            WHERE NOT EXISTS (\(known))
            ON CONFLICT (build_key) WHERE state IN ('queued', 'running') AND NOT cancel_requested DO NOTHING
            RETURNING id
        ), waiter AS (
            INSERT INTO farm.waiters (job, frontend) SELECT id, $13 FROM made WHERE $13::text IS NOT NULL
        ), event AS (INSERT INTO farm.job_events (job, kind) SELECT id, 'queued' FROM made)
        SELECT id FROM made
        """
    )
}
