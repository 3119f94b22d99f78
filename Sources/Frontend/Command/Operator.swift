import ArgumentParser
import Logging
import Operations
import Postgres
import Queue

/// What the commands for operators share: the database, and how an answer is shown.
struct Operator {
    let pool: PostgresPool
    let queue: JobQueue

    /// Runs `body` with a connection to the farm's database.
    static func run(_ body: @Sendable (Operator) async throws -> Void) async throws {
        let environment = try Settings.withSecretFiles(ProcessEnvironment.value)
        let database = try PostgresConfiguration(environment: environment.string).withApplicationName("nixery-frontend operator")
        let pool = try PostgresPool(database, size: 1, logger: Logger(label: "operator") { _ in SwiftLogNoOpLogHandler() })
        let times = try QueueTimes(environment)
        try await body(Operator(pool: pool, queue: JobQueue(pool: pool, times: times)))
    }

    /// Prints a view as a table, or as one JSON object a line.
    func show(_ view: OperatorView, json: Bool, empty: String) async throws {
        let rows = try await queue.rows(view)
        if json {
            for row in rows { print(row.json) }
        } else if rows.isEmpty {
            print(empty)
        } else {
            print(TextTable(columns: view.columns, rows: rows.map(\.cells)).text)
        }
    }
}
