package import HTTP

/// What a store at the other end of a network did not do.
package struct RemoteFailure: Hashable, Sendable, CustomStringConvertible {
    /// What was to be done, for example `upload`.
    package let action: String
    /// Store and object, for example `gs://bucket/layers/…`.
    package let object: String
    /// The HTTP status of the last answer, if there was one.
    package let status: Int?
    /// The store's own words, or what became of the connection.
    package let reason: String
    /// What a person can do.
    package let hint: String?
    package let retryAdvice: RetryAdvice

    package init(action: String, object: String, status: Int?, reason: String, hint: String? = nil, retryAdvice: RetryAdvice) {
        self.action = action
        self.object = object
        self.status = status
        self.reason = reason
        self.hint = hint
        self.retryAdvice = retryAdvice
    }

    package var description: String {
        "cannot \(action) \(object): " + (status.map { "\($0): " } ?? "") + reason + (hint.map { "; \($0)" } ?? "")
    }
}
