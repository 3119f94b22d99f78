import Compression
import Dispatch
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct SharedThreadsTests {
    @Test func asManyAtOnceAsThereAreThreads() async throws {
        let threads = SharedThreads(count: 2)
        let running = Running()
        let meeting = [DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    try await threads.run {
                        running.begin()
                        // The first two wait for each other, so two do run at once.
                        if number < 2 {
                            meeting[number].signal()
                            meeting[1 - number].wait()
                        }
                        running.end()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(running.most == 2)
    }

    @Test func whatWasThrownComesBack() async {
        struct Failed: Error, Equatable {}
        await #expect(throws: Failed()) { try await SharedThreads(count: 1).run { throw Failed() } }
    }

    /// A build that is cancelled does not wait for the layers of others.
    @Test func whoWaitsCanBeCancelled() async throws {
        let threads = SharedThreads(count: 1)
        let gate = DispatchSemaphore(value: 0)
        let (begun, begin) = AsyncStream<Void>.makeStream()
        async let blocker: Void = threads.run {
            begin.finish()
            gate.wait()
        }
        for await _ in begun {}
        let waiting = Task { try await threads.run { Issue.record("ran though it was cancelled") } }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        gate.signal()
        try await blocker
        // The thread is free again.
        #expect(try await threads.run { 7 } == 7)
    }

    @Test func thereIsAlwaysAThread() {
        #expect(SharedThreads(count: 0).count == 1)
        #expect(SharedThreads.processors >= 1)
    }
}

private final class Running: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    var most: Int { counts.withLock { $0.most } }

    func begin() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func end() { counts.withLock { $0.now -= 1 } }
}
