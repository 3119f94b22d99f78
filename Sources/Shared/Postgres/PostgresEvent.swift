/// What a ``PostgresListener`` tells its subscribers.
package enum PostgresEvent: Sendable, Hashable {
    /// The listener is (again) listening. What was notified before is lost to it: look at the tables now.
    case reconnected
    /// Somebody ran NOTIFY. One's own notifications come too.
    case notification(channel: String, payload: String)
}
