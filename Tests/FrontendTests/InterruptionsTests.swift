import Testing

@testable import FrontendServer

/// When a request that lost its database connection is tried again.
@Suite(.timeLimit(.minutes(5))) struct InterruptionsTests {
    @Test func theFirstIsRepeatedAtOnceAndTheNextAfterGrowingPauses() {
        var interruptions = Interruptions()
        let now = ContinuousClock.now
        let pauses = (1...5).map { _ in interruptions.pause(now: now, jitter: 0) }
        #expect(pauses == [.zero, .milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800)])
    }

    @Test func patienceIsCountedFromTheFirst() {
        var interruptions = Interruptions()
        let first = ContinuousClock.now + .seconds(100)
        #expect(interruptions.pause(now: first) == .zero)
        #expect(interruptions.pause(now: first + Interruptions.patience - .milliseconds(1)) != nil)
        #expect(interruptions.pause(now: first + Interruptions.patience) == nil)
    }
}
