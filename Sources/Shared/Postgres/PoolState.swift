/// Who has which connection and who waits for one: the pool's rules without its threads.
///
/// Each event returns what is to be done about it. Connections are opened when somebody waits for one, and the last one given back is the
/// first to be given out, so that a quiet pool needs few. Waiting is in order of arrival.
///
/// What breaks one connection from without (a restarted server, an administrator, a failover) mostly breaks all that were open then, and the
/// others do not show it yet: so none of them is given out again. Else one call could meet each of them in turn.
struct PoolState {
    typealias Instant = ContinuousClock.Instant

    enum Action: Equatable {
        /// The waiter may use this connection.
        case lease(slot: Int, waiter: UInt64)
        /// Open this connection; answer with ``connected(_:)`` or ``connectFailed(_:reason:now:jitter:)``.
        case connect(slot: Int)
        case refuse(waiter: UInt64, Refusal)
        /// The pool is closing, and nobody uses or waits for a connection any more.
        case drained
    }

    enum Refusal: Equatable {
        /// No connection became free in time; with the reason if the database cannot be reached.
        case timedOut(waiting: Int, lastFailure: String?)
        case cancelled
        case closed
    }

    private enum Slot: Equatable {
        case closed
        case connecting
        case idle
        case leased
        /// Connecting failed; not tried again before this.
        case resting(until: Instant)
    }

    private struct Waiter {
        let id: UInt64
        let deadline: Instant
    }

    private let backoff: Backoff
    private var slots: [Slot]
    private var failures: [Int]
    /// How many losses came before the slot's connection was opened, of those that count in ``losses``.
    private var openedAfter: [Int]
    /// Connections that were lost although they had been opened after the loss before.
    private var losses = 0
    /// A stack: the last one is the next to be used.
    private var idle: [Int] = []
    private var waiters: [Waiter] = []
    /// No waiter's deadline is before this. Looked for anew at each tick only, since thousands may wait.
    private var earliest: Instant?
    private var isClosing = false
    private(set) var lastFailure: String?

    init(size: Int, backoff: Backoff = Backoff()) {
        self.backoff = backoff
        slots = Array(repeating: .closed, count: size)
        failures = Array(repeating: 0, count: size)
        openedAfter = Array(repeating: 0, count: size)
    }

    var size: Int { slots.count }
    var idleCount: Int { idle.count }
    var leasedCount: Int { slots.count { $0 == .leased } }
    var waitingCount: Int { waiters.count }

    /// When ``tick(_:)`` is next due.
    var nextTick: Instant? {
        let rests = slots.compactMap { slot in
            if case .resting(let until) = slot { until } else { nil }
        }
        return ((waiters.isEmpty ? [] : [earliest].compactMap(\.self)) + rests).min()
    }

    /// Takes an idle connection if there is one; then nobody is waiting.
    mutating func leaseIdle() -> Int? {
        guard !isClosing, let slot = idle.popLast() else { return nil }
        slots[slot] = .leased
        return slot
    }

    /// - Parameter first: put at the head of the line, for a waiter that was given a connection and found it broken.
    mutating func wait(_ waiter: UInt64, until deadline: Instant, first: Bool = false) -> Action? {
        if isClosing { return .refuse(waiter: waiter, .closed) }
        if let slot = leaseIdle() { return .lease(slot: slot, waiter: waiter) }
        earliest = waiters.isEmpty ? deadline : min(earliest ?? deadline, deadline)
        waiters.insert(Waiter(id: waiter, deadline: deadline), at: first ? 0 : waiters.count)
        return connectIfWanted()
    }

    /// A connection is given back in good order.
    mutating func release(_ slot: Int) -> Action? {
        offer(slot)
    }

    /// A connection is given back closed. Its successor is opened at once if somebody waits.
    mutating func releaseClosed(_ slot: Int) -> Action? {
        slots[slot] = .closed
        return connectIfWanted() ?? drainedIfSo()
    }

    /// A connection is given back that broke from without. Those that are idle will be opened anew, and those that are in use or being
    /// opened when they are given back.
    mutating func releaseLost(_ slot: Int) -> Action? {
        if openedAfter[slot] == losses {
            losses += 1
            for slot in idle { slots[slot] = .closed }
            idle = []
        }
        return releaseClosed(slot)
    }

    mutating func connected(_ slot: Int) -> Action? {
        failures[slot] = 0
        lastFailure = nil
        return offer(slot)
    }

    /// - Parameter jitter: a random number in 0..<1.
    mutating func connectFailed(_ slot: Int, reason: String, now: Instant, jitter: Double) {
        failures[slot] += 1
        lastFailure = reason
        slots[slot] = .resting(until: now + backoff.delay(afterFailures: failures[slot], jitter: jitter))
    }

    mutating func cancel(_ waiter: UInt64) -> [Action] {
        guard let index = waiters.firstIndex(where: { $0.id == waiter }) else { return [] }
        waiters.remove(at: index)
        return [.refuse(waiter: waiter, .cancelled)] + [drainedIfSo()].compactMap(\.self)
    }

    /// Refuses those who have waited long enough, and lets failed connections be tried again.
    mutating func tick(_ now: Instant) -> [Action] {
        var actions: [Action] = []
        let waiting = waiters.count
        for waiter in waiters where waiter.deadline <= now {
            actions.append(.refuse(waiter: waiter.id, .timedOut(waiting: waiting, lastFailure: lastFailure)))
        }
        waiters.removeAll { $0.deadline <= now }
        earliest = waiters.map(\.deadline).min()
        for slot in slots.indices {
            if case .resting(let until) = slots[slot], until <= now { slots[slot] = .closed }
        }
        while let action = connectIfWanted() { actions.append(action) }
        if waiting > waiters.count, let drained = drainedIfSo() { actions.append(drained) }
        return actions
    }

    /// Refuses newcomers from now on. Who waits already is still served.
    mutating func close() -> Action? {
        isClosing = true
        return drainedIfSo()
    }

    private mutating func offer(_ slot: Int) -> Action? {
        guard openedAfter[slot] == losses else { return releaseClosed(slot) }
        guard !waiters.isEmpty else {
            slots[slot] = .idle
            idle.append(slot)
            return drainedIfSo()
        }
        slots[slot] = .leased
        return .lease(slot: slot, waiter: waiters.removeFirst().id)
    }

    private mutating func connectIfWanted() -> Action? {
        guard waiters.count > slots.count(where: { $0 == .connecting }), let slot = slots.firstIndex(of: .closed) else { return nil }
        slots[slot] = .connecting
        openedAfter[slot] = losses
        return .connect(slot: slot)
    }

    private func drainedIfSo() -> Action? {
        isClosing && waiters.isEmpty && leasedCount == 0 ? .drained : nil
    }
}
