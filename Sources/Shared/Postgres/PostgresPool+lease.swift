private import Dispatch
internal import Logging
private import Synchronization

extension PostgresPool {
    /// The state and those who are waiting on it.
    struct Shell {
        var state: PoolState
        var waiting: [UInt64: CheckedContinuation<Int, any Error>] = [:]
        var closing: [CheckedContinuation<Void, Never>] = []
        var lastWaiter: UInt64 = 0
        /// When the timer that is already set will fire.
        var armed: PoolState.Instant?
    }

    /// Runs `body` with a connection. One that broke while it stood idle is replaced, as often as the deadline allows: nothing was sent.
    func withConnection<Value: Sendable>(
        _ timeout: Duration?, _ body: @escaping @Sendable (borrowing PostgresConnection, StatementLimits) throws -> Value
    ) async throws -> Value {
        let start = ContinuousClock.now
        let deadline = start + (timeout ?? settings.callTimeout)
        var hasFoundBroken = false
        while true {
            let slot = try await lease(from: start, until: min(deadline, start + settings.acquisitionTimeout), first: hasFoundBroken)
            do {
                return try await sessions[slot].run(until: deadline, body) { outcome in
                    self.perform { [$0.state.take(slot, outcome)] }
                }
            } catch is PostgresSession.ConnectionLost {
                logger.notice("database connection broke while idle", metadata: ["connection": "\(slot)"])
                hasFoundBroken = true
            }
        }
    }

    private func lease(from start: PoolState.Instant, until deadline: PoolState.Instant, first: Bool) async throws -> Int {
        if let slot = state.withLock({ $0.state.leaseIdle() }) { return slot }
        let waiter = state.withLock { shell in
            shell.lastWaiter += 1
            return shell.lastWaiter
        }
        do {
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    // A cancellation that came before this has found nobody to cancel.
                    let isCancelled = Task.isCancelled
                    perform { shell in
                        shell.waiting[waiter] = continuation
                        if isCancelled { return [.refuse(waiter: waiter, .cancelled)] }
                        return [shell.state.wait(waiter, until: deadline, first: first)]
                    }
                }
            } onCancel: {
                perform { $0.state.cancel(waiter) }
            }
        } catch let refusal as Refused {
            throw error(for: refusal.refusal, patience: deadline - start)
        }
    }

    /// Lets one event change the state, and does what follows from it.
    func perform(_ event: (inout Shell) -> [PoolState.Action?]) {
        let tasks = state.withLock { shell in
            var tasks: [Follow] = []
            for case .some(let action) in event(&shell) { tasks.append(contentsOf: shell.follow(action)) }
            if let tick = shell.state.nextTick, shell.armed.map({ tick < $0 }) ?? true {
                shell.armed = tick
                tasks.append(.tick(at: tick))
            }
            return tasks
        }
        for task in tasks { perform(task) }
    }

    private func perform(_ task: Follow) {
        switch task {
        case .resume(let continuation, let slot): continuation.resume(returning: slot)
        case .refuse(let continuation, let refusal): continuation.resume(throwing: refusal)
        case .closed(let continuation): continuation.resume()
        case .connect(let slot): connect(slot)
        case .tick(let instant):
            let delay = max(.zero, instant - ContinuousClock.now)
            // Dispatch's timer rather than a task: the pool works whether or not anything runs it.
            DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(Int(delay / .nanoseconds(1)))) { [weak self] in
                self?.perform { shell in
                    shell.armed = nil
                    return shell.state.tick(ContinuousClock.now)
                }
            }
        }
    }

    private func connect(_ slot: Int) {
        sessions[slot].connect { [weak self] outcome in
            guard let self else { return }
            switch outcome {
            case .success:
                let wasDown = state.withLock { $0.state.lastFailure != nil }
                logger.log(level: wasDown ? .notice : .debug, "database connection opened", metadata: ["connection": "\(slot)"])
                perform { [$0.state.connected(slot)] }
            case .failure(let error):
                // One warning for an outage, not one for each attempt.
                let isNew = state.withLock { $0.state.lastFailure == nil }
                logger.log(level: isNew ? .warning : .debug, "database connection failed", metadata: ["error": "\(error)"])
                perform { shell in
                    shell.state.connectFailed(slot, reason: error.message, now: ContinuousClock.now, jitter: Double.random(in: 0..<1))
                    return []
                }
            }
        }
    }
}

extension PoolState {
    /// Takes a connection back.
    fileprivate mutating func take(_ slot: Int, _ outcome: PostgresSession.Outcome) -> Action? {
        switch outcome {
        case .kept: release(slot)
        case .closed: releaseClosed(slot)
        case .lost: releaseLost(slot)
        }
    }
}
