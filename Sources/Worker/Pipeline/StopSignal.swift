/// Why a job is stopped before its end.
enum StopReason: Sendable {
    /// The lease was given to another, or may have been.
    case leaseLost
    /// Somebody asked for it.
    case cancelRequested
    /// This process is being stopped.
    case shutdown
}

/// Tells one running job to stop. The first reason counts.
struct StopSignal: Sendable {
    private let stream: AsyncStream<StopReason>
    private let sink: AsyncStream<StopReason>.Continuation

    init() {
        (stream, sink) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    func raise(_ reason: StopReason) { sink.yield(reason) }

    /// The reason; `nil` when the waiting task is cancelled.
    func wait() async -> StopReason? {
        var iterator = stream.makeAsyncIterator()
        return await iterator.next()
    }
}
