package import Logging
internal import ServiceLifecycle
internal import Synchronization

/// A few connections, shared in order of arrival.
///
/// A call takes a connection for one statement or one transaction. It ends in one of these ways: its value; an error of the server; its
/// deadline or its task's cancellation, on which the statement is cancelled in the server and the connection kept; a lost connection
/// (``PostgresError/isConnectionFailure``). A connection found broken before anything was sent is replaced without the caller's notice;
/// once a statement was sent, only the caller knows whether it may be repeated, so it is told (``PostgresError/isOutcomeUnknown``).
///
/// The pool works from its creation. Its ``run()`` waits for the graceful shutdown and then closes it.
package final class PostgresPool: Service {
    let sessions: [PostgresSession]
    let settings: PostgresPoolSettings
    let logger: Logger
    let state: Mutex<Shell>

    /// - Parameters:
    ///   - configuration: which server; nothing is connected yet.
    ///   - settings: how many connections, and how long calls may take.
    /// - Throws: ``PostgresError`` when the process has no file descriptors left.
    package init(_ configuration: PostgresConfiguration, settings: PostgresPoolSettings, logger: Logger) throws {
        self.settings = settings
        self.logger = logger
        var sessions: [PostgresSession] = []
        for _ in 0..<max(1, settings.size) {
            sessions.append(try PostgresSession(configuration))
        }
        self.sessions = sessions
        state = Mutex(Shell(state: PoolState(size: sessions.count, backoff: settings.backoff)))
    }

    /// A pool of `size` connections, otherwise as ``PostgresPoolSettings`` has it.
    package convenience init(_ configuration: PostgresConfiguration, size: Int, logger: Logger) throws {
        try self.init(configuration, settings: PostgresPoolSettings(size: size), logger: logger)
    }

    /// Runs a statement and decodes its rows, on the connection's thread.
    /// - Parameter timeout: for waiting and running together; by default the pool's `callTimeout`.
    /// - Throws: ``PostgresError``, `CancellationError`, and what `decode` throws.
    package func rows<Value: Sendable>(
        _ statement: SQLStatement, _ values: [SQLValue] = [], timeout: Duration? = nil,
        _ decode: @escaping @Sendable (borrowing PostgresRow) throws -> Value
    ) async throws -> [Value] {
        try await withConnection(timeout) { connection, limits in
            try connection.handle.execute(statement, values, limits).rows(decode)
        }
    }

    /// Runs a statement and decodes its first row; `nil` if there is none.
    package func first<Value: Sendable>(
        _ statement: SQLStatement, _ values: [SQLValue] = [], timeout: Duration? = nil,
        _ decode: @escaping @Sendable (borrowing PostgresRow) throws -> Value
    ) async throws -> Value? {
        try await withConnection(timeout) { connection, limits in
            try connection.handle.execute(statement, values, limits).first(decode)
        }
    }

    /// Runs a statement.
    /// - Returns: how many rows it touched.
    @discardableResult
    package func execute(_ statement: SQLStatement, _ values: [SQLValue] = [], timeout: Duration? = nil) async throws -> Int {
        try await withConnection(timeout) { connection, limits in
            try connection.handle.execute(statement, values, limits).affectedRows
        }
    }

    /// Runs `body` inside a transaction (READ COMMITTED unless the database says otherwise): committed when it returns, rolled back when it
    /// throws. It runs on the connection's thread and cannot await, so the transaction is never longer than its statements.
    package func transaction<Value: Sendable>(
        timeout: Duration? = nil, _ body: @escaping @Sendable (borrowing PostgresTransaction) throws -> Value
    ) async throws -> Value {
        try await withConnection(timeout) { connection, limits in
            try connection.transaction(limits, body)
        }
    }

    /// What the pool is doing, for metrics and readiness.
    package var status: PostgresPoolStatus {
        state.withLock { shell in
            PostgresPoolStatus(
                size: shell.state.size, idle: shell.state.idleCount, busy: shell.state.leasedCount, waiting: shell.state.waitingCount,
                lastFailure: shell.state.lastFailure)
        }
    }

    /// Waits for the graceful shutdown, or the task's cancellation, and closes the pool.
    package func run() async throws {
        try? await gracefulShutdown()
        await close()
    }
}
