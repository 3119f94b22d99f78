/// How long to wait before the next attempt: twice as long each time, up to a limit, and randomly up to half of it less, so that the processes
/// that lost one server do not all come back in the same moment.
package struct Backoff: Sendable {
    let first: Duration
    let limit: Duration

    package init(first: Duration = .milliseconds(100), limit: Duration = .seconds(5)) {
        self.first = first
        self.limit = limit
    }

    /// - Parameters:
    ///   - failures: attempts that have failed in a row, at least 1.
    ///   - jitter: a random number in 0..<1.
    package func delay(afterFailures failures: Int, jitter: Double) -> Duration {
        var delay = first
        for _ in 1..<max(1, min(failures, 32)) where delay < limit { delay *= 2 }
        return min(delay, limit) * (1 - jitter / 2)
    }
}
