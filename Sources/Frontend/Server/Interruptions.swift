import Postgres

/// How often a request was interrupted, and when it is tried again.
struct Interruptions {
    /// After this long, counted from the first, it is not.
    static let patience = Duration.seconds(10)

    private var count = 0
    private var first: ContinuousClock.Instant?

    /// Counts one more.
    /// - Returns: how long to wait before the next attempt; `nil` when there is to be none.
    mutating func pause(now: ContinuousClock.Instant = .now, jitter: Double = .random(in: 0..<1)) -> Duration? {
        let first = first ?? now
        self.first = first
        count += 1
        guard now < first + Self.patience else { return nil }
        return count == 1 ? .zero : Backoff().delay(afterFailures: count - 1, jitter: jitter)
    }
}
