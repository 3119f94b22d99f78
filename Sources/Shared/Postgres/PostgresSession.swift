/// One connection and the thread it lives on.
///
/// The connection is opened by ``connect()`` and never reopened in secret: whoever uses the session is told that it has been lost.
actor PostgresSession {
    /// The connection broke while it stood idle; nothing of the call has been sent.
    struct ConnectionLost: Error {}

    /// What became of the connection in a call.
    enum Outcome {
        case kept
        /// This side closed it, since its statement could not be stopped or had left a transaction open.
        case closed
        /// It broke from without.
        case lost
    }

    private nonisolated let executor: ThreadExecutor
    private nonisolated let configuration: PostgresConfiguration
    private nonisolated let interrupt: Interrupt
    private var connection: PostgresConnection?

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    init(_ configuration: PostgresConfiguration) throws(PostgresError) {
        self.configuration = configuration
        executor = ThreadExecutor(label: "postgres-session")
        interrupt = try Interrupt()
    }

    /// Opens the connection, in place of the one it may have.
    func connect() throws(PostgresError) {
        connection = nil
        connection = try PostgresConnection(configuration)
    }

    /// Opens the connection from code that cannot await, and reports on the session's thread.
    nonisolated func connect(then report: @escaping @Sendable (Result<Void, PostgresError>) -> Void) {
        executor.submit {
            report(
                self.assumeIsolated { session in
                    do throws(PostgresError) { return .success(try session.connect()) } catch { return .failure(error) }
                })
        }
    }

    func disconnect() {
        connection = nil
    }

    /// Cancels the statement that is running, as its caller's cancellation would.
    nonisolated func cancelRunning() { interrupt.raiseRunning() }

    /// Runs `body` with the connection on the session's thread.
    /// - Parameter ended: told, before the value is returned, what became of the connection.
    /// - Throws: ``ConnectionLost`` when there is no connection, and what `body` throws.
    func run<Value: Sendable>(
        until deadline: ContinuousClock.Instant?, ticket: UInt64,
        _ body: @Sendable (borrowing PostgresConnection, StatementLimits) throws -> Value, ended: @Sendable (Outcome) -> Void
    ) throws -> Value {
        guard let open = connection.take(), open.handle.readUnasked() else {
            ended(.lost)
            throw ConnectionLost()
        }
        interrupt.begin(ticket)
        let result: Result<Value, any Error>
        do {
            result = .success(try body(open, StatementLimits(deadline: deadline, interrupt: interrupt)))
        } catch {
            result = .failure(error)
        }
        interrupt.end()
        if open.isReusable {
            connection = consume open
            ended(.kept)
        } else {
            ended(result.isConnectionFailure ? .lost : .closed)
        }
        return try result.get()
    }
}

extension PostgresSession {
    /// Runs `body` as ``run(until:ticket:_:ended:)`` does; a cancellation of the calling task cancels the statement that runs.
    nonisolated func run<Value: Sendable>(
        until deadline: ContinuousClock.Instant?,
        _ body: @Sendable (borrowing PostgresConnection, StatementLimits) throws -> Value, ended: @Sendable (Outcome) -> Void = { _ in }
    ) async throws -> Value {
        let ticket = interrupt.newTicket()
        return try await withTaskCancellationHandler {
            try await run(until: deadline, ticket: ticket, body, ended: ended)
        } onCancel: {
            interrupt.raise(ticket)
        }
    }

    /// Connects for one piece of work and disconnects.
    static func once<Value: Sendable>(
        _ configuration: PostgresConfiguration, _ body: @Sendable (borrowing PostgresConnection, StatementLimits) throws -> Value
    ) async throws -> Value {
        let session = try PostgresSession(configuration)
        try await session.connect()
        do {
            let value = try await session.run(until: nil, body)
            await session.disconnect()
            return value
        } catch {
            await session.disconnect()
            throw error
        }
    }
}

extension Result where Failure == any Error {
    /// Whether the call ended because its connection broke.
    fileprivate var isConnectionFailure: Bool {
        if case .failure(let error as PostgresError) = self { error.isConnectionFailure } else { false }
    }
}
