private import Synchronization

/// Carries a task's cancellation to the thread that waits for the server on the task's behalf.
///
/// One interrupt serves a connection for its whole life. A cancellation may arrive when the call that it was meant for has already ended and
/// the next one is running, so each call has a ticket, and only the running ticket is interrupted.
final class Interrupt: Sendable {
    private struct State {
        var lastTicket: UInt64 = 0
        var running: UInt64?
        var isRaised = false
    }

    private let event: WakePipe
    private let state = Mutex(State())

    init() throws(PostgresError) {
        event = try WakePipe()
    }

    /// Readable while the running call is interrupted.
    var descriptor: Int32 { event.readEnd }

    func newTicket() -> UInt64 {
        state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
    }

    func begin(_ ticket: UInt64) {
        state.withLock { $0.running = ticket }
    }

    /// Interrupts the call with this ticket if it is the running one. A call that has not begun looks at `Task.isCancelled` itself.
    func raise(_ ticket: UInt64) {
        state.withLock { state in
            guard state.running == ticket, !state.isRaised else { return }
            state.isRaised = true
            event.raise()
        }
    }

    /// Interrupts whatever call is running.
    func raiseRunning() {
        if let ticket = state.withLock({ $0.running }) { raise(ticket) }
    }

    func end() {
        state.withLock { state in
            state.running = nil
            if state.isRaised {
                state.isRaised = false
                event.lower()
            }
        }
    }
}
