package import Operations

/// Every time that the queue goes by; all are settings, so that tests can run them short.
package struct QueueTimes: Sendable, Hashable {
    /// How long a claim is good for without a heartbeat.
    package var lease: Duration = .seconds(45)
    package var heartbeat: Duration = .seconds(10)
    /// Without an answered heartbeat for this long the worker kills its builds itself, before the lease can run out.
    package var giveUp: Duration = .seconds(35)
    /// Looking for work, or for results, in case a notification was lost.
    package var poll: Duration = .seconds(1)
    package var reap: Duration = .seconds(5)
    /// How long a final error is remembered.
    package var failureMemory: Duration = .seconds(300)
    /// The same for a moving source, whose next commit may mend it.
    package var movingFailureMemory: Duration = .seconds(15)
    /// How long the result of a moving source serves the requests that follow (a client asks by HEAD, then by GET).
    package var movingResultMemory: Duration = .seconds(10)
    /// The first wait before a passing error is tried again; it doubles each time.
    package var retryDelay: Duration = .seconds(2)
    package var mostAttempts = 4
    /// How long a job stays wanted when nobody waits any more.
    package var unwanted: Duration = .seconds(60)
    /// How long a job waits for a worker of its system to be there at all.
    package var noWorker: Duration = .seconds(120)
    /// How long a job may take in all, from the request on.
    package var deadline: Duration = .seconds(3600)

    package init() {}

    /// - Throws: ``SettingsError`` for a value that is no number of seconds, or a lease that leaves no room for its heartbeats.
    package init(_ settings: Settings) throws(SettingsError) {
        lease = try settings.seconds("NIXERY_LEASE_SECONDS", default: lease)
        heartbeat = try settings.seconds("NIXERY_HEARTBEAT_SECONDS", default: lease / 4.5)
        giveUp = lease * 7 / 9
        poll = try settings.seconds("NIXERY_POLL_SECONDS", default: poll)
        failureMemory = try settings.seconds("NIXERY_FAILURE_MEMORY_SECONDS", default: failureMemory)
        unwanted = try settings.seconds("NIXERY_UNWANTED_SECONDS", default: unwanted)
        noWorker = try settings.seconds("NIXERY_NO_WORKER_SECONDS", default: noWorker)
        deadline = try settings.seconds("NIXERY_JOB_SECONDS", default: deadline)
        movingFailureMemory = min(failureMemory, movingFailureMemory)
        reap = min(reap, lease)
        guard heartbeat * 2 < giveUp else {
            throw SettingsError(
                "NIXERY_HEARTBEAT_SECONDS must be less than a third of NIXERY_LEASE_SECONDS, so that one lost beat costs no build")
        }
    }
}

extension Duration {
    /// Seconds as a number, for `make_interval`.
    package var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }

    /// Seconds, rounded up, for messages.
    package var inWholeSeconds: Int { Int(clamping: components.seconds) + (components.attoseconds > 0 ? 1 : 0) }
}
