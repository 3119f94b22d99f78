import Postgres

/// What an operator looks at: a query with fixed columns, the same that the views give in psql.
package struct OperatorView: Sendable {
    package let columns: [String]
    let rows: SQLStatement

    private init(_ columns: [String], from source: String) {
        self.columns = columns
        let cells = columns.map { "coalesce(v.\($0)::text, '')" }.joined(separator: ", ")
        rows = SQLStatement("SELECT ARRAY[\(cells)] AS cells, row_to_json(v)::text AS json FROM (\(source)) AS v")
    }

    /// Live jobs, in the order in which they are built.
    package static let live = OperatorView(
        ["id", "state", "image", "source", "system", "phase", "progress", "worker", "waits", "age"],
        from: """
            SELECT id, state, image, source, system, phase,
                CASE WHEN progress_total > 0 THEN progress_done || '/' || progress_total END AS progress, worker,
                (SELECT count(*) FROM farm.waiters w WHERE w.job = jobs.id) AS waits, date_trunc('second', now() - created_at) AS age
            FROM farm.jobs WHERE state IN ('queued', 'running') ORDER BY state DESC, priority, id
            """)
    /// The last jobs, whatever became of them.
    package static let recent = OperatorView(
        ["id", "state", "image", "source", "system", "took", "age", "reason"],
        from: """
            SELECT id, state, image, source, system, date_trunc('second', finished_at - created_at) AS took,
                date_trunc('second', now() - created_at) AS age,
                CASE state WHEN 'failed' THEN error_code || ': ' || split_part(error_message, E'\\n', 1)
                           WHEN 'cancelled' THEN cancel_reason END AS reason
            FROM farm.jobs ORDER BY id DESC LIMIT 50
            """)
    package static let failures = OperatorView(
        ["id", "image", "source", "code", "reason", "worker", "attempt", "finished"], from: "SELECT * FROM farm.recent_failures")
    /// What takes or took longest, and in which phase.
    package static let slowest = OperatorView(
        ["id", "image", "state", "worker", "took", "longest_phase", "of_which"], from: "SELECT * FROM farm.slowest")
    package static let workers = OperatorView(
        ["id", "state", "systems", "slots", "running", "version", "last_heartbeat"], from: "SELECT * FROM farm.worker_status")
    package static let health = OperatorView(
        ["queued", "oldest_queued", "running", "workers_ready", "paused", "dead_job_rows", "oldest_transaction", "notify_queue_percent"],
        from: "SELECT * FROM farm.health")
}
