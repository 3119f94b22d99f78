import Postgres

/// Holds a pool's only connection inside a statement until it is opened, by a lock that a second connection has.
struct Gate {
    private let key: PostgresPool

    /// - Parameter pool: of one connection to `database`.
    init(_ database: PostgresConfiguration, _ pool: PostgresPool, _ group: inout ThrowingTaskGroup<Void, any Error>) async throws {
        key = try PostgresTests.pool(on: database, size: 1)
        try await key.execute("SELECT pg_advisory_lock(7)")
        group.addTask { try await pool.execute("SELECT pg_advisory_lock(7), pg_advisory_unlock(7)") }
        try await key.untilRunning("SELECT pg_advisory_lock(7), %")
    }

    func open() async throws {
        try await key.execute("SELECT pg_advisory_unlock(7)")
    }
}
