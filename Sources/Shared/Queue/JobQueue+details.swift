import Postgres

extension JobQueue {
    /// Everything about one job; `nil` if there is none of that number.
    package func details(_ job: Int) async throws -> JobDetails? {
        let events = try await pool.rows(Self.selectEvents, [.int(job)]) { row in try row.text("line") }
        return try await pool.first(Self.selectDetails, [.int(job)]) { row in
            JobDetails(
                job: job,
                image: try row.text("image"),
                source: try row.text("source"),
                system: try row.text("system"),
                state: try row.text("state"),
                phase: try row.optionalText("phase"),
                done: try row.int("progress_done"),
                total: try row.int("progress_total"),
                attempt: try row.int("attempt"),
                worker: try row.optionalText("worker"),
                error: try row.optionalText("error_message"),
                age: try row.int("age"),
                events: events
            )
        }
    }

    /// The builders' output so far; `nil` if there is no such job.
    package func log(_ job: Int) async throws -> String? {
        try await pool.first(Self.selectLog, [.int(job)]) { row in try row.text("log") }
    }

    private static let selectDetails: SQLStatement = """
        SELECT image, source, system, state, phase, progress_done, progress_total, attempt, worker, error_message,
               extract(epoch FROM now() - created_at)::bigint AS age
        FROM farm.jobs WHERE id = $1
        """
    private static let selectEvents: SQLStatement = """
        SELECT to_char(at AT TIME ZONE 'UTC', 'HH24:MI:SS.MS') || '  ' || rpad(kind, 10) || coalesce(detail, '')
            || coalesce('  (' || worker || ')', '') AS line
        FROM farm.job_events WHERE job = $1 ORDER BY id
        """
    private static let selectLog: SQLStatement = """
        SELECT coalesce((SELECT string_agg(text, '' ORDER BY chunk) FROM farm.job_logs WHERE job = $1), '') AS log
        FROM farm.jobs WHERE id = $1
        """
}
