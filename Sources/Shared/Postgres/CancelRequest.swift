private import CLibpq
internal import Dispatch
private import Signals

/// What is needed to ask the server, over a connection of its own, to cancel the statement that a connection is running.
// libpq documents that PQcancel may run in another thread than the one that uses the connection; the pointer never changes.
@safe final class CancelRequest: @unchecked Sendable {
    private let handle: OpaquePointer

    /// `nil` when the connection is not open.
    init?(_ connection: OpaquePointer) {
        guard let handle = unsafe PQgetCancel(connection) else { return nil }
        unsafe self.handle = handle
    }

    deinit { unsafe PQfreeCancel(handle) }

    /// Sends the request from another thread, because it waits for the server, before libpq 17 without any timeout.
    /// - Returns: a group that is empty when the request has been delivered or has failed.
    func send() -> DispatchGroup {
        let sent = DispatchGroup()
        // A queue of its own: requests to a server that hangs must not fill the threads that others need.
        DispatchQueue(label: "postgres-cancel").async(group: sent) {
            _ = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
                // The server may have gone between the greeting and the request.
                BrokenPipes.failingWrites { unsafe PQcancel(self.handle, message.baseAddress, 256) }
            }
        }
        return sent
    }
}
