/// Whether to try again what has failed.
package enum RetryAdvice: Hashable, Sendable {
    /// It would fail again.
    case never
    case soon
    /// The server named a time.
    case after(Duration)
}

/// An error that knows whether another try may help.
package protocol RetryableError: Error {
    var retryAdvice: RetryAdvice { get }
}

extension HTTPError: RetryableError {
    package var retryAdvice: RetryAdvice { isTransient ? .soon : .never }
}

extension HTTPResponseHead {
    /// What the status says about trying again: 408, 429 and 5xx pass, except 501 and 505, which mean that the server cannot do it at all.
    package var retryAdvice: RetryAdvice {
        switch status {
        case 408, 429, 500, 502...504, 506...599: retryAfter.map { .after($0) } ?? .soon
        default: .never
        }
    }

    /// `Retry-After` in seconds, or as a date, counted from the server's own `Date` (RFC 9110, 10.2.3).
    package var retryAfter: Duration? {
        guard let text = headers["Retry-After"] else { return nil }
        if let seconds = Int64(text) { return seconds >= 0 ? .seconds(min(seconds, 86400)) : nil }
        guard let then = HTTPDate.seconds(text), let now = headers["Date"].flatMap({ HTTPDate.seconds($0) }) else { return nil }
        return .seconds(max(0, min(then - now, 86400)))
    }
}
