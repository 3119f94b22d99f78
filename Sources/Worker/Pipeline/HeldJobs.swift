import Queue

/// The jobs that this worker is building.
actor HeldJobs {
    private var signals: [JobLease: StopSignal] = [:]
    private var isStopping = false

    var leases: [JobLease] { Array(signals.keys) }
    var count: Int { signals.count }

    func begin(_ lease: JobLease) -> StopSignal {
        let signal = StopSignal()
        signals[lease] = signal
        if isStopping { signal.raise(.shutdown) }
        return signal
    }

    func end(_ lease: JobLease) { signals[lease] = nil }

    /// Takes the answer to a heartbeat that was sent for `asked`.
    func take(_ answer: [JobLease: Bool], asked: [JobLease]) {
        for lease in asked {
            switch answer[lease] {
            case true?: signals[lease]?.raise(.cancelRequested)
            case false?: break
            case nil: signals[lease]?.raise(.leaseLost)
            }
        }
    }

    /// Without an answered heartbeat in time every lease may be another's by now.
    func giveUpAll() {
        for signal in signals.values { signal.raise(.leaseLost) }
    }

    func stopAll() {
        isStopping = true
        for signal in signals.values { signal.raise(.shutdown) }
    }
}
