import Glibc

/// What a piece of work took.
struct Part: Sendable {
    let seconds: Double
    let processorSeconds: Double

    static func measure(_ work: () async throws -> Void) async throws -> Part {
        let busy = busySeconds
        let start = ContinuousClock.now
        try await work()
        return Part(seconds: (.now - start) / .seconds(1), processorSeconds: busySeconds - busy)
    }

    static func measure(_ work: () -> Void) -> Part {
        let busy = busySeconds
        let time = ContinuousClock().measure(work)
        return Part(seconds: time / .seconds(1), processorSeconds: busySeconds - busy)
    }

    var json: String { "[\(seconds), \(processorSeconds)]" }

    /// Of all threads of this process, in user and system mode.
    private static var busySeconds: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
