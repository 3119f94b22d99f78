extension PostgresPool {
    /// Something to do after the state has changed and its lock is free.
    enum Follow {
        case resume(CheckedContinuation<Int, any Error>, slot: Int)
        case refuse(CheckedContinuation<Int, any Error>, Refused)
        case connect(slot: Int)
        case closed(CheckedContinuation<Void, Never>)
        case tick(at: PoolState.Instant)
    }

    /// Carries a refusal to the call that was refused.
    struct Refused: Error {
        let refusal: PoolState.Refusal
    }

    /// What the caller is told.
    /// - Parameter patience: for how long it was to wait.
    func error(for refusal: PoolState.Refusal, patience: Duration) -> any Error {
        switch refusal {
        case .cancelled: return CancellationError()
        case .closed: return PostgresError(kind: .closed, message: "the pool of database connections is closed")
        case .timedOut(let waiting, let lastFailure):
            let line = "no database connection became free within \(Self.seconds(patience)) s: pool of \(settings.size), \(waiting) waiting"
            guard let lastFailure else { return PostgresError(kind: .poolBusy, message: line) }
            return PostgresError(kind: .unreachable, message: "\(line); \(lastFailure)")
        }
    }

    /// Rounded to tenths, and without a zero after the point.
    private static func seconds(_ duration: Duration) -> String {
        let tenths = Int((duration / .milliseconds(100)).rounded())
        return tenths.isMultiple(of: 10) ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}

extension PostgresPool.Shell {
    mutating func follow(_ action: PoolState.Action) -> [PostgresPool.Follow] {
        switch action {
        case .lease(let slot, let waiter):
            return waiting.removeValue(forKey: waiter).map { [.resume($0, slot: slot)] } ?? []
        case .refuse(let waiter, let refusal):
            return waiting.removeValue(forKey: waiter).map { [.refuse($0, PostgresPool.Refused(refusal: refusal))] } ?? []
        case .connect(let slot):
            return [.connect(slot: slot)]
        case .drained:
            defer { closing = [] }
            return closing.map { .closed($0) }
        }
    }
}
