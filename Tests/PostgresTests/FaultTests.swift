import Dispatch
import TestSupport
import Testing

@testable import Postgres

/// Connections and servers that go away. Each test that stops a server has one of its own.
@Suite(.timeLimit(.minutes(5))) struct FaultTests {
    private let statement: SQLStatement = "SELECT $1::int8 AS v"

    private func works(_ pool: PostgresPool, _ number: Int) async throws -> Bool {
        try await pool.first(statement, [.int(number)]) { row in try row.int("v") } == number
    }

    @Test func connectionEndedWhileIdleIsReplacedWithoutNotice() async throws {
        let database = try await TemporaryPostgres.shared.database()
        let pool = try pool(on: database, size: 1)
        let killer = try PostgresTests.pool(on: database, size: 1)
        #expect(try await works(pool, 1))
        for number in 2..<6 {
            let backend = try #require(try await pool.backend())
            // Waits until the process is gone.
            try await killer.execute("SELECT pg_terminate_backend($1, 10000)", [.int(backend)])
            #expect(try await works(pool, number))
            #expect(try await pool.backend() != backend)
        }
    }

    @Test func connectionEndedWhileRunningIsToldAndTheNextCallWorks() async throws {
        let database = try await TemporaryPostgres.shared.database()
        let pool = try pool(on: database, size: 1)
        let killer = try PostgresTests.pool(on: database, size: 1)
        let backend = try #require(try await pool.backend())
        let sleeper = Task { try await pool.execute("SELECT pg_sleep(1000)") }
        try await killer.untilRunning("SELECT pg_sleep%")
        try await killer.execute("SELECT pg_terminate_backend($1)", [.int(backend)])
        let error = try await #require(throws: PostgresError.self) { try await sleeper.value }
        #expect(error.isConnectionFailure && error.isOutcomeUnknown)
        #expect(error.sqlState == "57P01")
        #expect(try await works(pool, 1))
    }

    @Test func connectionEndedInsideATransactionIsTold() async throws {
        let database = try await TemporaryPostgres.shared.database()
        let pool = try pool(on: database, size: 1)
        try await pool.execute("CREATE TABLE t (a int8)")
        let error = try await #require(throws: PostgresError.self) {
            try await pool.transaction { transaction in
                try transaction.execute("INSERT INTO t VALUES (1)")
                try transaction.execute("SELECT pg_terminate_backend(pg_backend_pid())")
                try transaction.execute("SELECT 1")
            }
        }
        #expect(error.isConnectionFailure)
        #expect(try await pool.first("SELECT count(*) AS v FROM t", []) { row in try row.int("v") } == 0)
    }

    /// libpq would end the process by SIGPIPE.
    @Test func requestToCancelThatAServerNoLongerTakesFailsQuietly() async throws {
        let (line, database) = try await TemporaryPostgres.shared.line(to: try await TemporaryPostgres.shared.database())
        let connection = try PostgresConnection(database)
        line.closeToNewcomers()
        // The server has to go in the moment between two system calls of libpq, so it is given many.
        for _ in 0..<500 { connection.handle.request.send().wait() }
        let isReusable = connection.isReusable
        #expect(isReusable)
    }

    @Test func worksAgainAfterTheServerWasRestarted() async throws {
        let server = TemporaryPostgres()
        let pool = try pool(on: try await server.database(), size: 2)
        #expect(try await works(pool, 1))
        try await server.restart()
        #expect(try await works(pool, 2))
        #expect(try await works(pool, 3))
    }

    /// Calls made while the server is down wait for it, and are served when it is back.
    @Test func callsWaitForAServerThatComesBack() async throws {
        let server = TemporaryPostgres()
        let pool = try pool(on: try await server.database(), size: 2)
        #expect(try await works(pool, 1))
        try await server.stop()
        let calls = (0..<5).map { number in Task { try await works(pool, number) } }
        while pool.status.lastFailure == nil { try await nextTurn() }
        try await server.start()
        for call in calls { #expect(try await call.value) }
        #expect(pool.status.lastFailure == nil)
    }

    @Test func serverThatStaysDownIsNamedWithTheReason() async throws {
        let server = TemporaryPostgres()
        let database = try await server.database()
        let pool = try pool(on: database, size: 2) { $0.acquisitionTimeout = .milliseconds(500) }
        try await server.stop()
        let error = try await #require(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
        #expect(error.isConnectionFailure && !error.isOutcomeUnknown)
        #expect(
            error.message.contains(
                "no database connection became free within 0.5 s: pool of 2, 1 waiting; cannot reach PostgreSQL at /tmp/"))
        let unreachable = try await #require(throws: PostgresError.self) { try await database.checkReachable() }
        #expect(unreachable.message.contains(":5432/test_1: "))
        #expect(unreachable.message.hasSuffix("; set DATABASE_URL, or PGHOST, PGPORT, PGUSER and PGDATABASE"))
    }

    /// A server that hangs answers neither statements nor cancellations; the caller's time is bounded all the same.
    @Test func serverThatHangsDoesNotHoldTheCaller() async throws {
        let server = TemporaryPostgres()
        let pool = try pool(on: try await server.database(), size: 1)
        #expect(try await works(pool, 1))
        try await server.pause()
        let start = ContinuousClock.now
        let error = try await #require(throws: PostgresError.self) { try await pool.execute("SELECT 1", timeout: .milliseconds(300)) }
        #expect(error.isConnectionFailure && error.isOutcomeUnknown)
        #expect(ContinuousClock.now - start < .seconds(15))
        try await server.resume()
        #expect(try await works(pool, 2))
    }
}
