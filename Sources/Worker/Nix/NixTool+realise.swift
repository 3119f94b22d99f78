extension NixTool {
    /// Builds or fetches outputs of derivations and keeps them from the garbage collector.
    /// - Parameters:
    ///   - outputs: `/nix/store/...drv!out`; only the outputs named so are realised and kept.
    ///   - root: the absolute path of a ``GarbageCollectorRoot``.
    ///   - progress: is told whenever it changes, from any thread; must return at once.
    ///   - log: is given each line that builders (`name> line`) and Nix print, plain text, from any thread; must return at once.
    /// - Returns: the derivations that were built here, not fetched.
    /// - Throws: ``NixFailure``; `CancellationError` once all processes are gone.
    @discardableResult
    package func realise(
        _ outputs: [String], root: String, progress: @escaping @Sendable (NixProgress) -> Void = { _ in },
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> [String] {
        guard !outputs.isEmpty else { throw NixFailure(.internal, "there is nothing to realise") }
        let arguments = ["--realise"] + outputs + ["--add-root", root, "-v"] + buildOptions
        let log = NixLog(settings: settings, progress: progress, line: log)
        return try await result(of: "nix-store", arguments, for: .build, log: log).log.built
    }
}
