package import Hashing
package import Postgres
package import Registry

/// The queue in PostgreSQL. All processes share the table; nothing about jobs is kept in one of them.
package struct JobQueue: Sendable {
    let pool: PostgresPool
    package let times: QueueTimes

    /// Payload: nothing; there may be work.
    package static let workChannel = "farm_work"
    /// Payload: the number of a job that ended.
    package static let doneChannel = "farm_done"

    package init(pool: PostgresPool, times: QueueTimes) {
        self.pool = pool
        self.times = times
    }

    /// Asks for a build: joins the live job of this recipe, takes a remembered failure or (for a moving source) a result of the last
    /// seconds, or makes a job. Looks first and inserts then, so that equal requests leave no dead rows.
    package func request(_ recipe: Recipe, key: Digest, image: String) async throws -> BuildOutcome {
        if let known = try await look(key) { return known }
        let made = try await pool.first(
            Self.insert,
            [
                .bytes(key.bytes), .bytes(recipe.encoding), .int(Recipe.version), .bool(recipe.isPinned), .text(image),
                .text(recipe.source.summary), .text(recipe.platform.nixSystem),
            ]
        ) { row in try row.int("id") }
        if let job = made {
            await notify(Self.workChannel, "")
            return .waiting(job: job)
        }
        guard let known = try await look(key) else {
            throw JobError(.internal, "the job for \(image) ended while it was being joined; ask again")
        }
        return known
    }

    /// How jobs stand; numbers that no job has are left out.
    package func outcomes(_ jobs: [Int]) async throws -> [Int: BuildOutcome] {
        let rows = try await pool.rows(Self.states, [.intArray(jobs)]) { row in try BuildOutcome(row: row) }
        return Dictionary(rows.map { ($0.job, $0) }) { first, _ in first }
    }

    private func look(_ key: Digest) async throws -> BuildOutcome? {
        try await pool.first(Self.look, [.bytes(key.bytes), .double(times.movingResultMemory.inSeconds)]) { row in
            try BuildOutcome(row: row)
        }
    }

    /// Sent after the commit, as a statement of its own: inside the transaction it would hold a lock across the flush. A lost
    /// notification costs one poll interval, so a failure to send is no error.
    func notify(_ channel: String, _ payload: String) async {
        _ = try? await pool.execute("SELECT pg_notify($1, $2)", [.text(channel), .text(payload)])
    }

    private static let columns = "id, state, manifest, error_code, error_message"
    private static let remembered = "greatest(ceil(extract(epoch FROM remembered_until - now())), 0)::bigint"
    private static let look = SQLStatement(
        """
        (SELECT \(columns), NULL::bigint AS remembered FROM farm.jobs WHERE build_key = $1 AND state IN ('queued', 'running') AND NOT cancel_requested)
        UNION ALL
        (SELECT \(columns), NULL FROM farm.jobs
         WHERE build_key = $1 AND state = 'succeeded' AND (pinned OR finished_at > now() - make_interval(secs => $2)) AND manifest IS NOT NULL
         ORDER BY finished_at DESC LIMIT 1)
        UNION ALL
        (SELECT job, 'failed', NULL, code, message, \(remembered) FROM farm.failures WHERE build_key = $1 AND remembered_until > now())
        LIMIT 1
        """
    )
    private static let states = SQLStatement(
        """
        SELECT \(columns), (
            SELECT \(remembered) FROM farm.failures known WHERE known.build_key = jobs.build_key AND known.job = jobs.id AND remembered_until > now()
        ) AS remembered
        FROM farm.jobs WHERE id = ANY ($1::bigint[])
        """
    )
    private static let insert: SQLStatement = """
        WITH made AS (
            INSERT INTO farm.jobs (build_key, recipe, recipe_version, pinned, image, source, system)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (build_key) WHERE state IN ('queued', 'running') AND NOT cancel_requested DO NOTHING
            RETURNING id
        ), event AS (INSERT INTO farm.job_events (job, kind) SELECT id, 'queued' FROM made)
        SELECT id FROM made
        """
}

extension BuildOutcome {
    package var job: Int {
        switch self {
        case .waiting(let job), .manifest(_, let job), .failed(_, let job, _), .cancelled(let job): job
        }
    }

    init(row: borrowing PostgresRow) throws {
        let job = try row.int("id")
        switch try row.text("state") {
        case "succeeded":
            guard let bytes = try row.optionalBytes("manifest"), let digest = Digest(bytes: bytes) else {
                self = .cancelled(job: job)
                return
            }
            self = .manifest(digest, job: job)
        case "failed":
            let code = JobError.Code(rawValue: try row.optionalText("error_code") ?? "") ?? .internal
            self = .failed(
                JobError(code, try row.optionalText("error_message") ?? ""), job: job, remembered: try row.optionalInt("remembered"))
        case "cancelled": self = .cancelled(job: job)
        default: self = .waiting(job: job)
        }
    }
}
