internal import CLibpq

extension ConnectionHandle {
    /// Hands over the notifications that have been read, in order.
    func notifications(_ body: (_ channel: String, _ payload: String) -> Void) {
        while let notification = unsafe PQnotifies(connection) {
            unsafe body(String(cString: notification.pointee.relname), String(cString: notification.pointee.extra))
            unsafe PQfreemem(notification)
        }
    }

    var lost: PostgresError { unsafe PostgresError.connectionLost(connection) }
}
