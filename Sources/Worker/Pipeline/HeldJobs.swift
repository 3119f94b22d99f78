import Queue

/// The jobs that this worker is building, and since when each is known to be its own.
actor HeldJobs {
    private struct Hold {
        let signal = StopSignal()
        /// When the last answered statement that gave or renewed the lease was sent: the lease lasts from then at least.
        private(set) var confirmed: ContinuousClock.Instant

        /// Answers may overtake each other.
        mutating func confirm(_ sent: ContinuousClock.Instant) { confirmed = max(confirmed, sent) }
    }

    private var holds: [JobLease: Hold] = [:]
    private var isStopping = false

    var leases: [JobLease] { Array(holds.keys) }
    var count: Int { holds.count }

    /// - Parameter sent: when the claim was sent.
    func begin(_ lease: JobLease, sent: ContinuousClock.Instant) -> StopSignal {
        let hold = Hold(confirmed: sent)
        holds[lease] = hold
        if isStopping { hold.signal.raise(.shutdown) }
        return hold.signal
    }

    func end(_ lease: JobLease) { holds[lease] = nil }

    /// Takes the answer to a heartbeat that was sent for `asked`.
    func take(_ answer: [JobLease: Bool], asked: [JobLease], sent: ContinuousClock.Instant) {
        for lease in asked {
            switch answer[lease] {
            case true?: holds[lease]?.signal.raise(.cancelRequested)
            case false?: holds[lease]?.confirm(sent)
            case nil: holds[lease]?.signal.raise(.leaseLost)
            }
        }
    }

    /// Gives up the jobs that were last confirmed before then: their leases may be another's by now.
    func giveUp(confirmedBefore limit: ContinuousClock.Instant) {
        for hold in holds.values where hold.confirmed < limit { hold.signal.raise(.leaseLost) }
    }

    func stopAll() {
        isStopping = true
        for hold in holds.values { hold.signal.raise(.shutdown) }
    }
}
