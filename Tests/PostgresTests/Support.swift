import Logging
import Postgres
import TestSupport

/// A pool on a database of its own.
func makePool(size: Int = 2, _ change: (inout PostgresPoolSettings) -> Void = { _ in }) async throws -> PostgresPool {
    try pool(on: try await TemporaryPostgres.shared.database(), size: size, change)
}

func pool(
    on database: PostgresConfiguration, size: Int = 2, _ change: (inout PostgresPoolSettings) -> Void = { _ in }
) throws -> PostgresPool {
    var settings = PostgresPoolSettings(size: size)
    change(&settings)
    return try PostgresPool(database, settings: settings, logger: quiet)
}

/// A pool on a database that many tests share: for those that leave nothing behind. A database of its own takes 7 MB and 50 ms.
func scratchPool() async throws -> PostgresPool {
    try pool(on: try await Scratch.shared.database(), size: 1)
}

private actor Scratch {
    static let shared = Scratch()
    private var made: PostgresConfiguration?

    func database() async throws -> PostgresConfiguration {
        if let made { return made }
        let database = try await TemporaryPostgres.shared.database()
        made = database
        return database
    }
}

/// What is tested fails on purpose; nobody wants to read of it.
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

extension PostgresPool {
    /// The server process of the connection that the call happens to get.
    func backend() async throws -> Int? {
        try await first("SELECT pg_backend_pid() AS pid") { row in try row.int("pid") }
    }

    /// Waits in the server until `count` sessions of this database run a statement that looks like `pattern`.
    func untilRunning(_ pattern: String, count: Int = 1) async throws {
        let statement: SQLStatement = """
            SELECT count(*) AS running FROM pg_stat_activity
            WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid() AND query LIKE $1
            """
        while try await first(statement, [.text(pattern)], { row in try row.int("running") }) ?? 0 < count {}
    }
}
