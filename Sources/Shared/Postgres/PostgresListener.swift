package import Logging
internal import ServiceLifecycle
private import Synchronization

/// Receives notifications (LISTEN) on a connection of its own, for as long as ``run()`` runs.
///
/// Notifications are hints: those sent while the connection is down, or faster than a subscriber takes them, are lost. After each
/// ``PostgresEvent/reconnected`` subscribers look at the tables, and now and then without being told. LISTEN needs a connection to the server
/// itself, not through a pooler that lends connections by the transaction.
package actor PostgresListener: Service {
    private nonisolated let executor = ThreadExecutor(label: "postgres-listener")
    private nonisolated let configuration: PostgresConfiguration
    private nonisolated let channels: [String]
    private nonisolated let logger: Logger
    private nonisolated let backoff: Backoff
    private nonisolated let subscribers = Subscribers()
    private nonisolated let stop: WakePipe

    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// - Parameter channels: the names to listen on.
    /// - Throws: ``PostgresError`` when the process has no file descriptors left.
    package init(_ configuration: PostgresConfiguration, channels: [String], logger: Logger) throws {
        self.configuration = configuration.withApplicationName("nixery-farm listen")
        self.channels = channels
        self.logger = logger
        backoff = Backoff()
        stop = try WakePipe()
    }

    /// A stream of what happens from now on, to one subscriber; it ends with ``run()``. Its first event is ``PostgresEvent/reconnected``, as
    /// soon as the listener is listening. It holds up to 1,024 events that have not been taken, and drops the oldest first.
    package nonisolated func events() -> AsyncStream<PostgresEvent> {
        subscribers.add()
    }

    /// Listens, reconnecting with backoff, until the graceful shutdown or the task's cancellation.
    package func run() async throws {
        // Either way of being stopped wakes the thread that waits in `listen`.
        await withTaskCancellationOrGracefulShutdownHandler {
            listen()
        } onCancelOrGracefulShutdown: {
            self.stop.raise()
        }
        subscribers.finish()
    }

    /// Blocks the listener's thread until it is stopped.
    private func listen() {
        var failures = 0
        while true {
            do {
                let connection = try PostgresConnection(configuration)
                try listen(on: connection)
                if failures > 0 { logger.notice("listening to the database again") }
                failures = 0
                subscribers.connected()
                try receive(from: connection)
                return
            } catch {
                subscribers.disconnected()
                failures += 1
                let delay = backoff.delay(afterFailures: failures, jitter: Double.random(in: 0..<1))
                logger.log(
                    level: failures == 1 ? .warning : .debug, "not listening to the database",
                    metadata: ["error": "\(error)", "retry": "\(delay)"])
                if isStopped(within: delay) { return }
            }
        }
    }

    private func listen(on connection: borrowing PostgresConnection) throws {
        let commands = channels.map {
            "LISTEN \"\($0.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
        }
        _ = try connection.handle.script(
            commands.joined(separator: "; "), StatementLimits(deadline: ContinuousClock.now + .seconds(10)))
    }

    /// Hands notifications on until the listener is stopped.
    /// - Throws: ``PostgresError`` when the connection breaks.
    private func receive(from connection: borrowing PostgresConnection) throws {
        while true {
            connection.handle.notifications { channel, payload in
                subscribers.send(.notification(channel: channel, payload: payload))
            }
            switch SocketWait.wait(connection.handle.socket, for: SocketWait.readable, wake: stop.readEnd, until: nil) {
            case .woken: return
            case .ready, .timedOut:
                guard connection.handle.readUnasked() else { throw connection.handle.lost }
            }
        }
    }

    private func isStopped(within delay: Duration) -> Bool {
        // poll(2) passes over a descriptor of -1, so this waits for the stop alone.
        SocketWait.wait(-1, for: 0, wake: stop.readEnd, until: ContinuousClock.now + delay) == .woken
    }
}
