package import Logging

/// Applies numbered SQL files to a database, each once, in order.
///
/// It keeps what it applied in the table `farm.migrations`, which it makes, with the schema `farm`, if they are not there. Each file runs in a
/// transaction together with its row, so a file is applied as a whole or not at all. An advisory lock makes a second migrator wait for the
/// first. Files are plain SQL; backslash commands of psql are not understood.
package struct Migrator: Sendable {
    /// In order.
    package let migrations: [Migration]
    let logger: Logger

    /// - Throws: ``MigrationError`` when two have the same number.
    package init(_ migrations: [Migration], logger: Logger = Logger(label: "migrate")) throws {
        self.migrations = migrations.sorted { $0.number < $1.number }
        self.logger = logger
        for (first, second) in zip(self.migrations, self.migrations.dropFirst()) where first.number == second.number {
            throw MigrationError.sameNumber(first.fileName, second.fileName)
        }
    }

    /// Applies what has not been applied yet.
    /// - Returns: the files applied by this call; empty when the schema was up to date.
    /// - Throws: ``MigrationError``; ``PostgresError`` when the database cannot be used. What was applied before the error stays.
    package func migrate(_ configuration: PostgresConfiguration) async throws -> [Migration] {
        try await PostgresSession.once(configuration) { connection, _ in
            try migrate(connection)
        }
    }

    /// The same, on the calling thread.
    package func migrate(_ connection: borrowing PostgresConnection) throws -> [Migration] {
        // Building an index, and waiting for another migrator, take as long as they take.
        try connection.script("SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0")
        try lock(connection)
        defer { try? connection.script("SELECT pg_advisory_unlock(\(Self.lockKey))") }
        try connection.script(Self.createTable)
        let plan = try MigrationPlan(files: migrations, applied: try Self.applied(connection), toleratesNewer: false)
        for migration in plan.pending {
            let start = ContinuousClock.now
            try apply(migration, connection)
            let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
            logger.info("migration applied", metadata: ["file": "\(migration.fileName)", "milliseconds": "\(milliseconds)"])
        }
        return plan.pending
    }

    /// The files that the database lacks. A program that needs them all refuses to start unless this is empty.
    ///
    /// A database that has migrations beyond the last file passes: that is a newer program's, and old and new run side by side for a while.
    /// - Throws: ``MigrationError`` when an applied file was changed or is missing.
    package func pending(_ configuration: PostgresConfiguration) async throws -> [Migration] {
        let applied = try await status(configuration)
        return try MigrationPlan(files: migrations, applied: applied, toleratesNewer: true).pending
    }

    /// What has been applied to the database, in order; empty for a database that no migrator has seen.
    package func status(_ configuration: PostgresConfiguration) async throws -> [AppliedMigration] {
        try await PostgresSession.once(configuration) { connection, _ in
            try Self.applied(connection)
        }
    }
}
