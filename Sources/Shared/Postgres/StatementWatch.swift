private import Dispatch

/// Watches over one exchange with the server: waits for its socket, and asks for the statement's cancellation when its time is up or its
/// caller has gone.
struct StatementWatch {
    /// Why the statement was cancelled.
    enum Cause {
        case deadline
        case cancellation
    }

    /// How long the server may take to answer a cancellation before the connection is given up.
    private static let grace: Duration = .seconds(5)

    private let limits: StatementLimits
    private let request: CancelRequest
    private var cancellation: (cause: Cause, sent: DispatchGroup)?
    private var deadline: ContinuousClock.Instant?

    init(_ limits: StatementLimits, _ request: CancelRequest) {
        self.limits = limits
        self.request = request
        deadline = limits.deadline
    }

    /// Why the statement was cancelled; `nil` if it was not.
    var cause: Cause? { cancellation?.cause }

    /// Returns when the socket can be read or written.
    /// - Throws: ``PostgresError`` when the server answers neither the statement nor its cancellation.
    mutating func wait(on socket: Int32, for events: Int16) throws {
        while true {
            let wake = cancellation == nil ? limits.interrupt?.descriptor ?? -1 : -1
            switch SocketWait.wait(socket, for: events, wake: wake, until: deadline) {
            case .ready: return
            case .woken: cancel(.cancellation)
            case .timedOut where cancellation == nil: cancel(.deadline)
            case .timedOut:
                throw PostgresError(
                    kind: .connection, message: "PostgreSQL answered neither a statement nor its cancellation; the connection is given up",
                    isOutcomeUnknown: true)
            }
        }
    }

    /// A cancellation that is still on its way would hit the connection's next statement. Waits for it.
    /// - Returns: false if it did not arrive; then the connection must not be used again.
    func settle() -> Bool {
        guard let cancellation else { return true }
        return cancellation.sent.wait(timeout: .now() + .seconds(5)) == .success
    }

    private mutating func cancel(_ cause: Cause) {
        cancellation = (cause, request.send())
        deadline = ContinuousClock.now + Self.grace
    }
}
