import Testing

@testable import Postgres

/// The pool's rules, without threads or a server.
@Suite(.timeLimit(.minutes(5))) struct PoolStateTests {
    private let now = ContinuousClock.now
    private var later: ContinuousClock.Instant { now + .seconds(10) }

    private func open(size: Int) -> PoolState {
        var state = PoolState(size: size)
        for waiter in 0..<UInt64(size) { _ = state.wait(waiter, until: later) }
        for slot in 0..<size { _ = state.connected(slot) }
        for slot in 0..<size { _ = state.release(slot) }
        return state
    }

    @Test func connectsWhenSomebodyWaitsAndNoMoreThanItsSize() {
        var state = PoolState(size: 2)
        #expect(state.leaseIdle() == nil)
        #expect(state.wait(1, until: later) == .connect(slot: 0))
        #expect(state.wait(2, until: later) == .connect(slot: 1))
        #expect(state.wait(3, until: later) == nil)
        #expect(state.connected(1) == .lease(slot: 1, waiter: 1))
        #expect(state.release(1) == .lease(slot: 1, waiter: 2))
        #expect(state.connected(0) == .lease(slot: 0, waiter: 3))
        #expect(state.release(0) == nil)
        #expect(state.idleCount == 1)
        #expect(state.leasedCount == 1)
    }

    @Test func servesInOrderOfArrivalAndGivesOutTheWarmestConnection() {
        var state = open(size: 2)
        #expect(state.leaseIdle() == 1)
        #expect(state.leaseIdle() == 0)
        for waiter: UInt64 in 10..<15 { #expect(state.wait(waiter, until: later) == nil) }
        for waiter: UInt64 in 10..<15 { #expect(state.release(1) == .lease(slot: 1, waiter: waiter)) }
        _ = state.release(0)
        _ = state.release(1)
        #expect(state.leaseIdle() == 1)
    }

    @Test func whoFoundABrokenConnectionComesFirst() {
        var state = open(size: 1)
        #expect(state.leaseIdle() == 0)
        _ = state.wait(1, until: later)
        #expect(state.releaseLost(0) == .connect(slot: 0))
        #expect(state.wait(2, until: later, first: true) == nil)
        #expect(state.connected(0) == .lease(slot: 0, waiter: 2))
        #expect(state.release(0) == .lease(slot: 0, waiter: 1))
    }

    @Test func brokenConnectionThatNobodyWaitsForStaysClosed() {
        var state = open(size: 1)
        _ = state.leaseIdle()
        #expect(state.releaseClosed(0) == nil)
        #expect(state.wait(1, until: later) == .connect(slot: 0))
    }

    @Test func noneOfThoseThatWereOpenWhenOneWasLostIsGivenOutAgain() {
        var state = open(size: 3)
        #expect(state.leaseIdle() == 2)
        #expect(state.leaseIdle() == 1)
        // The one that was idle is opened anew, the one that is in use when it comes back.
        #expect(state.releaseLost(2) == nil)
        #expect(state.leaseIdle() == nil)
        #expect(state.wait(10, until: later) == .connect(slot: 0))
        #expect(state.wait(11, until: later) == .connect(slot: 2))
        #expect(state.connected(0) == .lease(slot: 0, waiter: 10))
        #expect(state.wait(12, until: later) == nil)
        #expect(state.release(1) == .connect(slot: 1))
        #expect(state.connected(2) == .lease(slot: 2, waiter: 11))
        #expect(state.connected(1) == .lease(slot: 1, waiter: 12))
        #expect(state.release(0) == nil)
        #expect(state.leaseIdle() == 0)
    }

    @Test func connectionsThatBreakByTheSameLossCostTheNewOnesNothing() {
        var state = open(size: 2)
        #expect(state.leaseIdle() == 1)
        #expect(state.leaseIdle() == 0)
        #expect(state.releaseLost(1) == nil)
        #expect(state.wait(10, until: later) == .connect(slot: 1))
        #expect(state.connected(1) == .lease(slot: 1, waiter: 10))
        #expect(state.release(1) == nil)
        #expect(state.releaseLost(0) == nil)
        #expect(state.leaseIdle() == 1)
    }

    @Test func connectionThatWasBeingOpenedWhenAnotherWasLostIsOpenedAnew() {
        var state = PoolState(size: 2)
        #expect(state.wait(1, until: later) == .connect(slot: 0))
        #expect(state.connected(0) == .lease(slot: 0, waiter: 1))
        #expect(state.wait(2, until: later) == .connect(slot: 1))
        #expect(state.releaseLost(0) == nil)
        #expect(state.connected(1) == .connect(slot: 0))
        #expect(state.connected(0) == .lease(slot: 0, waiter: 2))
    }

    @Test func connectionClosedOnThisSideLeavesTheOthers() {
        var state = open(size: 2)
        #expect(state.leaseIdle() == 1)
        #expect(state.releaseClosed(1) == nil)
        #expect(state.leaseIdle() == 0)
    }

    @Test func failedConnectionRestsLongerEachTimeAndIsTriedAgain() {
        var state = PoolState(size: 1, backoff: Backoff(first: .milliseconds(100), limit: .milliseconds(300)))
        #expect(state.wait(1, until: later) == .connect(slot: 0))
        var moment = now
        for rest in [100, 200, 300, 300] {
            state.connectFailed(0, reason: "no route", now: moment, jitter: 0)
            #expect(state.nextTick == moment + .milliseconds(rest))
            #expect(state.tick(moment + .milliseconds(rest - 1)) == [])
            moment += .milliseconds(rest)
            #expect(state.tick(moment) == [.connect(slot: 0)])
        }
        #expect(state.connected(0) == .lease(slot: 0, waiter: 1))
        #expect(state.lastFailure == nil)
        _ = state.releaseClosed(0)
        _ = state.wait(2, until: later)
        state.connectFailed(0, reason: "no route", now: moment, jitter: 0.5)
        #expect(state.nextTick == moment + .milliseconds(75))
    }

    @Test func waitersAreRefusedWhenTheirTimeIsUpAndToldWhy() {
        var state = PoolState(size: 1)
        _ = state.wait(1, until: now + .seconds(2))
        _ = state.wait(2, until: now + .seconds(1))
        state.connectFailed(0, reason: "no route", now: now, jitter: 0)
        #expect(state.tick(now + .milliseconds(500)) == [.connect(slot: 0)])
        state.connectFailed(0, reason: "no route", now: later, jitter: 0)
        #expect(state.nextTick == now + .seconds(1))
        #expect(state.tick(now + .seconds(1)) == [.refuse(waiter: 2, .timedOut(waiting: 2, lastFailure: "no route"))])
        #expect(state.tick(now + .seconds(2)) == [.refuse(waiter: 1, .timedOut(waiting: 1, lastFailure: "no route"))])
        #expect(state.waitingCount == 0)
    }

    @Test func cancelledWaiterLeavesTheLine() {
        var state = open(size: 1)
        _ = state.leaseIdle()
        for waiter: UInt64 in 1...3 { _ = state.wait(waiter, until: later) }
        #expect(state.cancel(2) == [.refuse(waiter: 2, .cancelled)])
        #expect(state.cancel(2) == [])
        #expect(state.release(0) == .lease(slot: 0, waiter: 1))
        #expect(state.release(0) == .lease(slot: 0, waiter: 3))
    }

    @Test func closingServesThoseWhoWaitAndRefusesOthers() {
        var state = open(size: 1)
        _ = state.leaseIdle()
        _ = state.wait(1, until: later)
        #expect(state.close() == nil)
        #expect(state.wait(2, until: later) == .refuse(waiter: 2, .closed))
        #expect(state.release(0) == .lease(slot: 0, waiter: 1))
        #expect(state.release(0) == .drained)
        #expect(state.leaseIdle() == nil)
    }

    @Test(arguments: [0, 1, 2, 3])
    func closingEndsHoweverTheLastOneLeaves(_ way: Int) {
        var state = PoolState(size: 1)
        switch way {
        case 0: #expect(state.close() == .drained)
        case 1:
            _ = state.wait(1, until: later)
            #expect(state.close() == nil)
            #expect(state.cancel(1) == [.refuse(waiter: 1, .cancelled), .drained])
        case 2:
            _ = state.wait(1, until: later)
            #expect(state.close() == nil)
            #expect(state.tick(later).last == .drained)
        default:
            state = open(size: 1)
            _ = state.leaseIdle()
            #expect(state.close() == nil)
            #expect(state.releaseClosed(0) == .drained)
        }
    }
}
