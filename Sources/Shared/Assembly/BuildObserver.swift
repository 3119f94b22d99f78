/// Is told how a build goes on. Called from any thread; returns at once.
package protocol BuildObserver: Sendable {
    func phase(_ phase: BuildPhase, done: Int, total: Int)
    /// One line of the output of Nix or a builder, without its line end.
    func log(_ line: String)
}

/// What a build is doing, in the order in which it does it.
package enum BuildPhase: String, Sendable, CaseIterable {
    case evaluating
    case building
    case planning
    case packing
    case composing
}
