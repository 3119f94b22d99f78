import Postgres

/// What operators ask and order, with the functions and views of the schema that psql uses too.
extension JobQueue {
    /// One row of an ``OperatorView``.
    package struct OperatorRow: Sendable {
        /// As the view's columns.
        package let cells: [String]
        /// The same as a JSON object, with types.
        package let json: String
    }

    package func rows(_ view: OperatorView) async throws -> [OperatorRow] {
        try await pool.rows(view.rows) { row in OperatorRow(cells: try row.textArray("cells"), json: try row.text("json")) }
    }

    /// An order to the farm; the answer says in words what was done.
    package enum Order: Sendable {
        case retry(job: Int)
        case cancel(job: Int)
        case drain(worker: String)
        case pause(system: String)
        case resume(system: String)
    }

    package func carryOut(_ order: Order) async throws -> String {
        let (statement, value): (SQLStatement, SQLValue) =
            switch order {
            case .retry(let job): ("SELECT farm.retry($1) AS answer", .int(job))
            case .cancel(let job): ("SELECT farm.cancel($1) AS answer", .int(job))
            case .drain(let worker): ("SELECT farm.drain($1) AS answer", .text(worker))
            case .pause(let system): ("SELECT farm.pause($1) AS answer", .text(system))
            case .resume(let system): ("SELECT farm.resume($1) AS answer", .text(system))
            }
        return try await pool.first(statement, [value]) { row in try row.text("answer") } ?? "nothing was done"
    }

    /// Where a live job stands, in words for whoever waits; `nil` if it is not live.
    package func standing(_ job: Int) async throws -> String? {
        try await pool.first(Self.standing, [.int(job)]) { row in try row.text("standing") }
    }

    private static let standing: SQLStatement = """
        SELECT CASE state
            WHEN 'running' THEN phase || CASE WHEN progress_total > 0 THEN ' ' || progress_done || ' of ' || progress_total ELSE '' END
                || ', for ' || extract(epoch FROM now() - started_at)::bigint || ' s now'
            ELSE (SELECT CASE count(*) WHEN 0 THEN 'next in the queue' ELSE 'queued behind ' || count(*) || ' others' END
                FROM farm.jobs ahead WHERE ahead.state = 'queued' AND ahead.system = jobs.system
                    AND (ahead.priority, ahead.id) < (jobs.priority, jobs.id))
            END AS standing
        FROM farm.jobs WHERE id = $1 AND state IN ('queued', 'running')
        """
}
