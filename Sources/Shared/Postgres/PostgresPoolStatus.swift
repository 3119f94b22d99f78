/// What a pool was doing at one moment.
package struct PostgresPoolStatus: Sendable, Hashable {
    package let size: Int
    /// Open connections that nobody uses.
    package let idle: Int
    package let busy: Int
    /// Calls in line.
    package let waiting: Int
    /// Why the last attempt to connect failed; `nil` when the last one succeeded.
    package let lastFailure: String?
}
