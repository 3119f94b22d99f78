private import Glibc

/// The clocks that signatures and tokens go by.
package struct StorageClock: Sendable {
    /// Seconds since 1970, as this machine has them.
    package var now: @Sendable () -> Int64
    /// Never goes back.
    package var instant: @Sendable () -> ContinuousClock.Instant

    package init(
        now: @escaping @Sendable () -> Int64 = { Int64(time(nil)) },
        instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.now = now
        self.instant = instant
    }
}
