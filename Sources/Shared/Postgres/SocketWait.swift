private import Glibc

/// Waiting on a connection's socket.
enum SocketWait {
    enum Outcome {
        case ready
        case woken
        case timedOut
    }

    static let readable = Int16(POLLIN)
    static let writable = Int16(POLLOUT)

    /// Waits until the socket has one of `events` or an error, `wake` is raised, or `deadline` has passed.
    /// - Parameters:
    ///   - wake: a descriptor to watch as well; -1 for none (poll(2) passes over it).
    ///   - deadline: `nil` waits without end.
    static func wait(_ socket: Int32, for events: Int16, wake: Int32, until deadline: ContinuousClock.Instant?) -> Outcome {
        unsafe withUnsafeTemporaryAllocation(of: pollfd.self, capacity: 2) { descriptors in
            unsafe descriptors.initializeElement(at: 0, to: pollfd(fd: socket, events: events, revents: 0))
            unsafe descriptors.initializeElement(at: 1, to: pollfd(fd: wake, events: Int16(POLLIN), revents: 0))
            while true {
                let count = unsafe poll(descriptors.baseAddress, 2, milliseconds(until: deadline))
                if count > 0 { return unsafe descriptors[0].revents != 0 ? .ready : .woken }
                // A signal ends the wait early, and so can a timeout rounded to milliseconds.
                if let deadline, ContinuousClock.now >= deadline { return .timedOut }
                if count < 0, errno != EINTR { return .ready }
            }
        }
    }

    /// True when the server has sent something, or closed the connection, while nothing was asked of it.
    static func hasUnaskedData(_ socket: Int32) -> Bool {
        var descriptor = pollfd(fd: socket, events: readable, revents: 0)
        return unsafe poll(&descriptor, 1, 0) != 0
    }

    private static func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let remaining = deadline - ContinuousClock.now
        guard remaining > .zero else { return 0 }
        return Int32(clamping: Int64(remaining / .milliseconds(1)) + 1)
    }
}
