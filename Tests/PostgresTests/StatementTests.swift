import Postgres
import Testing

@Suite struct StatementTests {
    @Test func statementIsPreparedOncePerConnection() async throws {
        let pool = try await makePool(size: 1)
        for number in 0..<5 {
            #expect(try await pool.first("SELECT $1::int8 + 1 AS v", [.int(number)]) { row in try row.int("v") } == number + 1)
        }
        let statement: SQLStatement = "SELECT count(*) AS n FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::int8 + 1%'"
        #expect(try await pool.first(statement) { row in try row.int("n") } == 1)
    }

    /// Its plan no longer fits when a column is added; the server says so only when it is run.
    @Test func statementIsPreparedAgainWhenItsTableChanges() async throws {
        let pool = try await makePool(size: 1)
        try await pool.execute("CREATE TABLE t (a int8)")
        try await pool.execute("INSERT INTO t VALUES (1)")
        let statement: SQLStatement = "SELECT * FROM t"
        #expect(try await pool.first(statement) { row in try row.int("a") } == 1)
        try await pool.execute("ALTER TABLE t ADD COLUMN b int8 DEFAULT 2")
        #expect(try await pool.first(statement) { row in try row.int("b") } == 2)
        // Inside a transaction it can only fail, but not for ever.
        try await pool.execute("ALTER TABLE t ADD COLUMN c int8 DEFAULT 3")
        let read: @Sendable (borrowing PostgresTransaction) throws -> Int? = { try $0.first(statement) { row in try row.int("c") } }
        await #expect(throws: PostgresError.self) { try await pool.transaction(read) }
        #expect(try await pool.transaction(read) == 3)
        try await pool.execute("DEALLOCATE ALL")
        #expect(try await pool.first(statement) { row in try row.int("b") } == 2)
    }

    @Test func countsTouchedRows() async throws {
        let pool = try await makePool()
        try await pool.execute("CREATE TABLE t (a int8)")
        #expect(try await pool.execute("INSERT INTO t SELECT unnest($1::int8[])", [.intArray([1, 2, 3])]) == 3)
        #expect(try await pool.execute("DELETE FROM t WHERE a > $1", [.int(1)]) == 2)
        #expect(try await pool.rows("SELECT a FROM t") { row in try row.int("a") } == [1])
        #expect(try await pool.first("SELECT a FROM t WHERE a = 9") { row in try row.int("a") } == nil)
    }

    @Test func largeValuesPassBothWays() async throws {
        let pool = try await makePool()
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) }
        let same = try await pool.first("SELECT $1::bytea AS v", [.bytes(bytes)]) { row in try row.bytes("v") == bytes }
        #expect(same == true)
    }

    @Test func uniqueViolationIsRecognisedAndItsTextHoldsNoData() async throws {
        let pool = try await makePool()
        try await pool.execute("CREATE TABLE t (secret text CONSTRAINT t_secret_key UNIQUE)")
        try await pool.execute("INSERT INTO t VALUES ($1)", [.text("hunter2")])
        let error = try await #require(throws: PostgresError.self) {
            try await pool.execute("INSERT INTO t VALUES ($1)", [.text("hunter2")])
        }
        #expect(error.sqlState == "23505")
        #expect(error.isUniqueViolation)
        #expect(error.constraint == "t_secret_key")
        #expect(error.severity == "ERROR")
        #expect(!error.isConnectionFailure)
        #expect(!"\(error)\(String(reflecting: error))".contains("hunter2"))
    }

    /// The server's own message quotes these.
    @Test(arguments: [
        ("SELECT $1::int8", "hunter2"), ("SELECT $1::uuid", "hunter2"), ("SELECT $1::int4", "99999999999"),
        ("SELECT $1::timestamptz", "hun\"ter2"),
        ("SELECT $1::text[]", "{hunter2"), ("SELECT $1::jsonb", "hunter2"), ("SELECT $1::bool", "hunter2"), ("SELECT $1::inet", "hunter2"),
    ])
    func dataExceptionHoldsNoData(_ statement: String, _ value: String) async throws {
        let pool = try await scratchPool()
        let error = try await #require(throws: PostgresError.self) { try await pool.execute(SQLStatement(statement), [.text(value)]) }
        #expect(error.sqlState?.hasPrefix("22") == true)
        for part in ["hunter2", "hun", "99999999999"] { #expect(!"\(error)\(String(reflecting: error))".contains(part)) }
    }

    @Test func valuesDoNotShowWhenPrinted() {
        let values: [SQLValue] = [.text("hunter2"), .textArray(["hunter2"]), .bytes(Array("hunter2".utf8))]
        #expect("\(values)" == "[text, array of 1 texts, 7 bytes]")
    }

    @Test func oneStatementAtATime() async throws {
        let pool = try await makePool()
        let error = try await #require(throws: PostgresError.self) { try await pool.execute("SELECT 1; SELECT 2") }
        #expect(error.sqlState == "42601")
        #expect(try await pool.execute("SELECT 1") == 1)
    }
}
