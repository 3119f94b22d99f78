import Postgres
import Testing

@Suite(.timeLimit(.minutes(5))) struct TransactionTests {
    private struct Refusal: Error {}

    private func preparedPool() async throws -> PostgresPool {
        let pool = try await makePool(size: 1)
        try await pool.execute("CREATE TABLE t (a int8 PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)")
        return pool
    }

    private func count(_ pool: PostgresPool) async throws -> Int? {
        try await pool.first("SELECT count(*) AS n FROM t") { row in try row.int("n") }
    }

    @Test func commits() async throws {
        let pool = try await preparedPool()
        let sum = try await pool.transaction { transaction in
            #expect(try transaction.execute("INSERT INTO t VALUES (1), (2)") == 2)
            return try transaction.rows("SELECT a FROM t") { row in try row.int("a") }.reduce(0, +)
        }
        #expect(sum == 3)
        #expect(try await count(pool) == 2)
    }

    @Test func rollsBackWhenItsBodyThrows() async throws {
        let pool = try await preparedPool()
        let backend = try await pool.backend()
        await #expect(throws: Refusal.self) {
            try await pool.transaction { transaction in
                try transaction.execute("INSERT INTO t VALUES (1)")
                throw Refusal()
            }
        }
        #expect(try await count(pool) == 0)
        #expect(try await pool.backend() == backend)
    }

    @Test func rollsBackWhenAStatementFails() async throws {
        let pool = try await preparedPool()
        let error = try await #require(throws: PostgresError.self) {
            try await pool.transaction { transaction in
                try transaction.execute("INSERT INTO t VALUES (1)")
                try transaction.execute("SELECT 1 / 0")
            }
        }
        #expect(error.sqlState == "22012")
        #expect(try await count(pool) == 0)
    }

    /// COMMIT would then answer ROLLBACK, and nothing would be said.
    @Test func swallowedErrorIsNotACommit() async throws {
        let pool = try await preparedPool()
        let error = try await #require(throws: PostgresError.self) {
            try await pool.transaction { transaction in
                try transaction.execute("INSERT INTO t VALUES (1)")
                _ = try? transaction.execute("SELECT 1 / 0")
            }
        }
        #expect(error.kind == .usage)
        #expect(try await count(pool) == 0)
    }

    @Test func failureOfTheCommitIsThrown() async throws {
        let pool = try await preparedPool()
        let error = try await #require(throws: PostgresError.self) {
            try await pool.transaction { transaction in try transaction.execute("INSERT INTO t VALUES (1), (1)") }
        }
        #expect(error.isUniqueViolation)
        #expect(try await count(pool) == 0)
    }

    @Test func deadlineCoversTheWholeTransaction() async throws {
        let pool = try await preparedPool()
        let backend = try await pool.backend()
        let error = try await #require(throws: PostgresError.self) {
            try await pool.transaction(timeout: .milliseconds(300)) { transaction in
                try transaction.execute("INSERT INTO t VALUES (1)")
                while true { try transaction.execute("SELECT pg_sleep(0.01)") }
            }
        }
        #expect(error.kind == .deadline)
        #expect(try await count(pool) == 0)
        #expect(try await pool.backend() == backend)
    }

    @Test func cancellationRollsBack() async throws {
        let pool = try await preparedPool()
        let task = Task {
            try await pool.transaction { transaction in
                try transaction.execute("INSERT INTO t VALUES (1)")
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await count(pool) == 0)
    }

    /// The next caller must not find itself inside somebody's transaction.
    @Test func connectionLeftInsideATransactionIsNotUsedAgain() async throws {
        let pool = try await preparedPool()
        let backend = try await pool.backend()
        try await pool.execute("BEGIN")
        #expect(try await pool.backend() != backend)
    }
}
