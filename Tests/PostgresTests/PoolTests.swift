import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct PoolTests {
    private func row(_ row: borrowing PostgresRow) throws -> Int { try row.int("v") }

    /// With one connection held, calls come to it in the order in which they began to wait.
    @Test func callsAreServedInOrder() async throws {
        let database = try await TemporaryPostgres.shared.database()
        let pool = try pool(on: database, size: 1)
        try await pool.execute("CREATE TABLE served (place bigserial, caller int8)")
        try await withThrowingTaskGroup(of: Void.self) { group in
            let gate = try await Gate(database, pool, &group)
            for caller in 0..<20 {
                group.addTask { try await pool.execute("INSERT INTO served (caller) VALUES ($1)", [.int(caller)]) }
                while pool.status.waiting <= caller { try await nextTurn() }
            }
            try await gate.open()
            try await group.waitForAll()
        }
        #expect(try await pool.rows("SELECT caller AS v FROM served ORDER BY place", [], row) == Array(0..<20))
    }

    @Test func poolHasAsManyConnectionsAsItsSizeAndTheyWorkAtOnce() async throws {
        let pool = try await makePool(size: 3)
        // Three statements that each need the other two: a barrier of sessions.
        let meet: SQLStatement = "SELECT pg_advisory_lock_shared(1)"
        let backends = try await withThrowingTaskGroup(of: Int?.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    try await pool.transaction { transaction in
                        try transaction.execute(meet)
                        let others: SQLStatement =
                            "SELECT count(*) AS v FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                        while try transaction.first(others, [], { row in try row.int("v") }) != 3 {}
                        return try transaction.first("SELECT pg_backend_pid() AS v") { row in try row.int("v") }
                    }
                }
            }
            return try await group.reduce(into: Set<Int?>()) { $0.insert($1) }
        }
        #expect(backends.count == 3)
    }

    @Test func waitingEndsWithAClearErrorWhenItsTimeIsUp() async throws {
        let database = try await TemporaryPostgres.shared.database()
        let pool = try pool(on: database, size: 1) { $0.acquisitionTimeout = .milliseconds(300) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            let gate = try await Gate(database, pool, &group)
            let error = try await #require(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
            #expect(error.message == "no database connection became free within 0.3 s: pool of 1, 1 waiting")
            #expect(error.kind == .poolBusy)
            try await gate.open()
            try await group.waitForAll()
        }
        #expect(try await pool.execute("SELECT 1") == 1)
    }

    @Test func cancellationWhileWaitingLeavesTheLine() async throws {
        let database = try await TemporaryPostgres.shared.database()
        let pool = try pool(on: database, size: 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let gate = try await Gate(database, pool, &group)
            let waiter = Task { try await pool.execute("SELECT 1") }
            while pool.status.waiting == 0 { try await nextTurn() }
            waiter.cancel()
            await #expect(throws: CancellationError.self) { try await waiter.value }
            #expect(pool.status.waiting == 0)
            try await gate.open()
            try await group.waitForAll()
        }
        #expect(try await pool.execute("SELECT 1") == 1)
    }

    @Test func cancellationWhileRunningCancelsTheStatementAndKeepsTheConnection() async throws {
        let database = try await TemporaryPostgres.shared.database()
        let pool = try pool(on: database, size: 1)
        let observer = try PostgresTests.pool(on: database, size: 1)
        let backend = try await pool.backend()
        let start = ContinuousClock.now
        let sleeper = Task { try await pool.execute("SELECT pg_sleep(1000)") }
        try await observer.untilRunning("SELECT pg_sleep%")
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(try await pool.backend() == backend)
    }

    @Test func aCancelledTaskSendsNothing() async throws {
        let pool = try await makePool(size: 1)
        try await pool.execute("CREATE TABLE t (a int8)")
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return try await pool.execute("INSERT INTO t VALUES (1)")
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await pool.first("SELECT count(*) AS v FROM t", [], row) == 0)
    }

    @Test func deadlineCancelsTheStatementAndKeepsTheConnection() async throws {
        let pool = try await makePool(size: 1)
        let backend = try await pool.backend()
        let error = try await #require(throws: PostgresError.self) {
            try await pool.execute("SELECT pg_sleep(1000)", timeout: .milliseconds(200))
        }
        #expect(error.kind == .deadline)
        #expect(error.isTimeout && !error.isConnectionFailure && !error.isOutcomeUnknown)
        #expect(try await pool.backend() == backend)
    }

    /// A cancellation may come just as its statement ends; it must not hit the next one on the connection.
    @Test func lateCancellationsHitNobodyElse() async throws {
        let pool = try await makePool(size: 1)
        let backend = try await pool.backend()
        for _ in 0..<200 {
            let victim = Task { try await pool.execute("SELECT pg_sleep(0.001)") }
            async let bystander = pool.execute("SELECT pg_sleep(0.001)")
            victim.cancel()
            _ = try? await victim.value
            #expect(try await bystander == 1)
        }
        for _ in 0..<100 {
            _ = try? await pool.execute("SELECT pg_sleep(0.002)", timeout: .milliseconds(2))
            #expect(try await pool.execute("SELECT pg_sleep(0.001)") == 1)
        }
        #expect(try await pool.backend() == backend)
    }

    @Test func closedPoolRefuses() async throws {
        let pool = try await makePool(size: 2)
        try await pool.execute("SELECT 1")
        await pool.close()
        let error = try await #require(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
        #expect(error.kind == .closed)
    }

    @Test func closingWaitsForWhatRuns() async throws {
        let database = try await TemporaryPostgres.shared.database()
        let pool = try pool(on: database, size: 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let gate = try await Gate(database, pool, &group)
            let waiter = Task { try await pool.execute("SELECT 1") }
            while pool.status.waiting == 0 { try await nextTurn() }
            let closing = Task { await pool.close() }
            try await gate.open()
            #expect(try await waiter.value == 1)
            await closing.value
            try await group.waitForAll()
        }
        #expect(pool.status.busy == 0)
    }

    @Test func closingInACancelledTaskCancelsWhatRuns() async throws {
        let database = try await TemporaryPostgres.shared.database()
        let pool = try pool(on: database, size: 1)
        let sleeper = Task { try await pool.execute("SELECT pg_sleep(1000)") }
        try await PostgresTests.pool(on: database, size: 1).untilRunning("SELECT pg_sleep%")
        let closing = Task { await pool.close() }
        closing.cancel()
        await closing.value
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }
}
