import Hashing
import Postgres
import TestSupport
import Testing

@Suite struct MigratorTests {
    private func migration(_ fileName: String, _ sql: String) throws -> Migration {
        try Migration(fileName: fileName, bytes: Array(sql.utf8))
    }

    private func migrator(_ files: (String, String)...) throws -> Migrator {
        try Migrator(try files.map { try migration($0.0, $0.1) }, logger: quiet)
    }

    private let first = ("0001_table.sql", "CREATE TABLE farm.t (a int8);\nINSERT INTO farm.t VALUES (1); -- two statements\n")
    private let second = ("0002_more.sql", "INSERT INTO farm.t SELECT a + 1 FROM farm.t;")
    private let third = ("0003_most.sql", "INSERT INTO farm.t SELECT a * 10 FROM farm.t;")

    private func values(_ database: PostgresConfiguration) async throws -> [Int] {
        try await pool(on: database, size: 1).rows("SELECT a FROM farm.t ORDER BY a") { row in try row.int("a") }
    }

    private func refusal(_ migrator: Migrator, _ database: PostgresConfiguration) async throws -> MigrationError {
        try await #require(throws: MigrationError.self) { try await migrator.migrate(database) }
    }

    @Test func appliesEachFileOnceInOrder() async throws {
        let database = try await TemporaryPostgres.shared.database()
        #expect(try await migrator(first).pending(database).map(\.fileName) == ["0001_table.sql"])
        #expect(try await migrator(second, first).migrate(database).map(\.number) == [1, 2])
        #expect(try await migrator(first, second, third).pending(database).map(\.number) == [3])
        #expect(try await migrator(first, second, third).migrate(database).map(\.number) == [3])
        #expect(try await migrator(first, second, third).migrate(database) == [])
        #expect(try await values(database) == [1, 2, 10, 20])
        let applied = try await migrator(first).status(database)
        #expect(applied.map(\.fileName) == ["0001_table.sql", "0002_more.sql", "0003_most.sql"])
        #expect(try applied.first?.checksum == SHA256.digest(of: Array(first.1.utf8)).hex)
    }

    @Test func twoAtOnceApplyEachFileOnce() async throws {
        let database = try await TemporaryPostgres.shared.database()
        let migrator = try migrator(first, ("0002_slow.sql", "SELECT pg_sleep(0.3); INSERT INTO farm.t VALUES (2);"))
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { try await migrator.migrate(database).count } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts.sorted() == [0, 0, 0, 2])
        #expect(try await values(database) == [1, 2])
    }

    @Test func changedFileIsRefused() async throws {
        let database = try await TemporaryPostgres.shared.database()
        _ = try await migrator(first).migrate(database)
        let changed = try migrator((first.0, first.1 + " "), second)
        let error = try await refusal(changed, database)
        #expect(error.description.hasPrefix("0001_table.sql has changed since it was applied on 2"))
        await #expect(throws: MigrationError.self) { try await changed.pending(database) }
        #expect(try await values(database) == [1])
    }

    @Test func missingFileIsRefused() async throws {
        let database = try await TemporaryPostgres.shared.database()
        _ = try await migrator(first, second).migrate(database)
        let error = try await refusal(try migrator(first), database)
        #expect(error.description.contains("0002_more.sql was applied on 2"))
        #expect(error.description.contains("is missing here, where the newest is 0001_table.sql"))
        // An older program may run beside a newer one; but a file that is missing between others was removed.
        #expect(try await migrator(first).pending(database) == [])
        await #expect(throws: MigrationError.self) { try await migrator(second).pending(database) }
    }

    @Test func renamedFileIsRefused() async throws {
        let database = try await TemporaryPostgres.shared.database()
        _ = try await migrator(first).migrate(database)
        _ = try await refusal(try migrator(("0001_renamed.sql", first.1)), database)
    }

    @Test func fileThatComesTooLateIsRefused() async throws {
        let database = try await TemporaryPostgres.shared.database()
        _ = try await migrator(first, third).migrate(database)
        let error = try await refusal(try migrator(first, second, third), database)
        #expect(error.description == "0002_more.sql comes before 0003_most.sql, which is already applied: give it the next free number")
        #expect(try await values(database) == [1, 10])
    }

    @Test func failedFileIsRolledBackAndItsLineIsNamed() async throws {
        let database = try await TemporaryPostgres.shared.database()
        let failing = (
            "0002_bad.sql",
            "INSERT INTO farm.t VALUES (2);\n-- naïve\n\nINSERT INTO farm.nowhere VALUES (1);\nINSERT INTO farm.t VALUES (3);"
        )
        let error = try await refusal(try migrator(first, failing, third), database)
        #expect(
            error.description.hasPrefix(
                "0002_bad.sql, line 4: relation \"farm.nowhere\" does not exist (SQLSTATE 42P01); the file was rolled back"))
        #expect(try await values(database) == [1])
        #expect(try await migrator(first).status(database).map(\.number) == [1])
        // Mended, it goes on from there; the lock is free.
        #expect(try await migrator(first, second, third).migrate(database).map(\.number) == [2, 3])
    }

    /// A connection that the caller keeps is left outside any transaction, and without the lock.
    @Test func connectionCanBeUsedAfterAFailedFile() async throws {
        let connection = try PostgresConnection(try await TemporaryPostgres.shared.database())
        let migrator = try migrator(first, ("0002_bad.sql", "SELECT 1 / 0"))
        do {
            _ = try migrator.migrate(connection)
            Issue.record("the second file should fail")
        } catch is MigrationError {}
        let locks: SQLStatement = "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        #expect(try connection.execute(locks).first { row in try row.int("n") } == 0)
    }

    @Test func fileThatEndsItsTransactionIsRefused() async throws {
        let database = try await TemporaryPostgres.shared.database()
        let error = try await refusal(try migrator(first, ("0002_commit.sql", "COMMIT; BEGIN;")), database)
        #expect(error == .leftTransaction(fileName: "0002_commit.sql"))
        #expect(
            try await refusal(try migrator(first, ("0002_commit.sql", "COMMIT;")), database)
                == .leftTransaction(fileName: "0002_commit.sql"))
        #expect(try await migrator(first).status(database).map(\.number) == [1])
    }

    @Test func backslashCommandIsExplained() async throws {
        let database = try await TemporaryPostgres.shared.database()
        let error = try await refusal(try migrator(("0001_psql.sql", "SELECT 1;\n\\echo hello\n")), database)
        #expect(error.description.hasPrefix("0001_psql.sql, line 2: "))
        #expect(error.description.contains("psql's backslash commands cannot be used in a migration"))
    }

    @Test func copyFromTheClientIsRefusedAndDoesNotHang() async throws {
        let database = try await TemporaryPostgres.shared.database()
        let error = try await refusal(try migrator(first, ("0002_copy.sql", "COPY farm.t FROM stdin;")), database)
        #expect(error.description.contains("COPY"))
        #expect(try await values(database) == [1])
    }

    /// An operator's own timeout does not cut a long migration short.
    @Test func runsAsLongAsItTakes() async throws {
        var database = try await TemporaryPostgres.shared.database()
        database.statementTimeout = .milliseconds(100)
        #expect(try await migrator(("0001_slow.sql", "SELECT pg_sleep(0.4);")).migrate(database).count == 1)
    }

    @Test func databaseOfATestIsMigratedOnceAndCopied() async throws {
        let migrator = try migrator(first)
        let databases = [
            try await TemporaryPostgres.shared.database(migrator: migrator),
            try await TemporaryPostgres.shared.database(migrator: migrator),
        ]
        try await pool(on: databases[0]).execute("INSERT INTO farm.t VALUES (5)")
        #expect(try await values(databases[0]) == [1, 5])
        #expect(try await values(databases[1]) == [1])
        #expect(try await migrator.pending(databases[1]) == [])
    }
}
