/// How often and after which pauses to try again: twice as long a range each time, and within it at random, so that many processes that failed
/// together do not come back together ("full jitter").
package struct RetryPolicy: Sendable {
    /// All tries, the first one included.
    package var attempts: Int
    /// The range of the first pause.
    package var first: Duration
    /// The longest range.
    package var limit: Duration
    /// The longest time that a server may ask for; a try after it would come too late for whoever waits.
    package var retryAfterLimit: Duration
    private let sleep: @Sendable (Duration) async throws -> Void
    private let random: @Sendable () -> Double

    /// - Parameters:
    ///   - sleep: waits; throws `CancellationError` when its task is cancelled.
    ///   - random: a number in 0..<1.
    package init(
        attempts: Int = 6, first: Duration = .milliseconds(250), limit: Duration = .seconds(16), retryAfterLimit: Duration = .seconds(60),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.attempts = attempts
        self.first = first
        self.limit = limit
        self.retryAfterLimit = retryAfterLimit
        self.sleep = sleep
        self.random = random
    }

    /// The pause before another try, or `nil` if there is to be none.
    /// - Parameter failures: tries that have failed in a row, at least 1.
    package func pause(afterFailures failures: Int, _ advice: RetryAdvice) -> Duration? {
        guard failures < attempts else { return nil }
        var range = first
        for _ in 1..<max(1, min(failures, 32)) where range < limit { range *= 2 }
        let jitter = min(range, limit) * random()
        switch advice {
        case .never: return nil
        case .soon: return jitter
        case .after(let time): return min(time, retryAfterLimit) + jitter
        }
    }

    /// Waits before another try.
    /// - Returns: `false` if there is to be none.
    /// - Throws: `CancellationError`.
    package func waits(afterFailures failures: Int, _ advice: RetryAdvice) async throws -> Bool {
        guard let pause = pause(afterFailures: failures, advice) else { return false }
        try await sleep(pause)
        return true
    }

    /// Calls `operation` until it succeeds, or throws what is not a ``RetryableError`` that advises another try, or tries are used up.
    package func run<Value>(_ operation: () async throws -> Value) async throws -> Value {
        var failures = 0
        while true {
            do {
                return try await operation()
            } catch let error as any RetryableError {
                failures += 1
                guard try await waits(afterFailures: failures, error.retryAdvice) else { throw error }
            }
        }
    }
}
