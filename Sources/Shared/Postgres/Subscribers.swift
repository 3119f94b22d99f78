private import Synchronization

/// The streams that a listener feeds.
final class Subscribers: Sendable {
    private struct State {
        var streams: [UInt64: AsyncStream<PostgresEvent>.Continuation] = [:]
        var last: UInt64 = 0
        var isConnected = false
        var isFinished = false
    }

    private let state = Mutex(State())

    func add() -> AsyncStream<PostgresEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: PostgresEvent.self, bufferingPolicy: .bufferingNewest(1024))
        let number = state.withLock { state in
            state.last += 1
            state.streams[state.last] = continuation
            if state.isConnected { continuation.yield(.reconnected) }
            return state.isFinished ? nil : state.last
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.streams.removeValue(forKey: number) }
        }
        return stream
    }

    func connected() {
        state.withLock { $0.isConnected = true }
        send(.reconnected)
    }

    func disconnected() {
        state.withLock { $0.isConnected = false }
    }

    func send(_ event: PostgresEvent) {
        // Outside the lock, because a stream that has ended calls back.
        for stream in state.withLock({ Array($0.streams.values) }) { stream.yield(event) }
    }

    func finish() {
        let streams = state.withLock { state in
            state.isFinished = true
            state.isConnected = false
            return Array(state.streams.values)
        }
        for stream in streams { stream.finish() }
    }
}
