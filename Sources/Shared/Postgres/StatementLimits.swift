/// Until when a statement may run, and how it can be interrupted.
struct StatementLimits: Sendable {
    /// When the statement is cancelled; `nil` for never.
    var deadline: ContinuousClock.Instant?
    /// Told when the caller's task is cancelled; `nil` for a statement that has to run to its end.
    var interrupt: Interrupt?

    static let none = StatementLimits()

    /// For what must still be done when the caller has given up (ROLLBACK), or must not be cut in two (COMMIT).
    var shielded: StatementLimits {
        let least = ContinuousClock.now + .seconds(5)
        return StatementLimits(deadline: deadline.map { max($0, least) } ?? least)
    }
}
