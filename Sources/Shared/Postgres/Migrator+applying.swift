private import Hashing
private import Logging

extension Migrator {
    /// Any number that is always the same: "nixery" in ASCII. Advisory locks are each database's own.
    static let lockKey = 0x6e_6978_6572_79

    static let createTable = """
        CREATE SCHEMA IF NOT EXISTS farm;
        CREATE TABLE IF NOT EXISTS farm.migrations (
            number integer PRIMARY KEY,
            file_name text NOT NULL,
            sha256 text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );
        COMMENT ON TABLE farm.migrations IS 'Files applied by the migrate command; written by it alone.';
        """

    func lock(_ connection: borrowing PostgresConnection) throws {
        let key = SQLValue.int(Self.lockKey)
        let isLocked = try connection.execute("SELECT pg_try_advisory_lock($1) AS locked", [key]).first { row in try row.bool("locked") }
        guard isLocked != true else { return }
        logger.notice("another process is migrating this database; waiting for it")
        _ = try connection.execute("SELECT pg_advisory_lock($1)", [key])
    }

    static func applied(_ connection: borrowing PostgresConnection) throws -> [AppliedMigration] {
        let exists = try connection.execute("SELECT to_regclass('farm.migrations') IS NOT NULL AS found").first { row in
            try row.bool("found")
        }
        guard exists == true else { return [] }
        let statement: SQLStatement = """
            SELECT number, file_name, sha256, to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS"+00"') AS applied_at
            FROM farm.migrations ORDER BY number
            """
        return try connection.execute(statement).rows { row in
            AppliedMigration(
                number: try row.int("number"), fileName: try row.text("file_name"), checksum: try row.text("sha256"),
                appliedAt: try row.text("applied_at"))
        }
    }

    /// Runs one file and records it, in one transaction.
    func apply(_ migration: Migration, _ connection: borrowing PostgresConnection) throws {
        try connection.script("BEGIN")
        do {
            let before = try transactionNumber(connection)
            do {
                try connection.script(migration.sql)
            } catch let error as PostgresError {
                throw Self.failure(of: migration, error)
            }
            guard connection.handle.isInTransaction, try transactionNumber(connection) == before else {
                throw MigrationError.leftTransaction(fileName: migration.fileName)
            }
            _ = try connection.execute(
                "INSERT INTO farm.migrations (number, file_name, sha256) VALUES ($1, $2, $3)",
                [.int(migration.number), .text(migration.fileName), .text(migration.checksum.hex)])
            try connection.script("COMMIT")
        } catch {
            if !connection.handle.isIdle { try? connection.script("ROLLBACK") }
            throw error
        }
    }

    private func transactionNumber(_ connection: borrowing PostgresConnection) throws -> Int? {
        try connection.execute("SELECT pg_current_xact_id() AS number").first { row in try row.int("number") }
    }

    private static func failure(of migration: Migration, _ error: PostgresError) -> MigrationError {
        guard let position = error.position else { return .failed(fileName: migration.fileName, line: nil, reason: error.description) }
        // The position counts characters as Unicode scalars.
        let scalars = migration.sql.unicodeScalars
        let line = scalars.prefix(position - 1).count { $0 == "\n" } + 1
        let isBackslash = scalars.dropFirst(position - 1).first == "\\"
        return .failed(
            fileName: migration.fileName, line: line,
            reason: error.description + (isBackslash ? "; psql's backslash commands cannot be used in a migration" : ""))
    }
}
