extension NixTool {
    /// Copies what derivations were built to, and what that needs at run time, to the binary cache. Without one that is written to, this
    /// does nothing.
    /// - Parameter derivations: whose outputs are all valid.
    /// - Throws: ``NixFailure``; `CancellationError` once all processes are gone.
    package func push(_ derivations: [String]) async throws {
        guard let cache = settings.binaryCache, let destination = cache.destination, !derivations.isEmpty else { return }
        let query = "nix-store --query --outputs"
        for part in derivations.parts(of: Self.mostPaths) {
            let output = try await run("nix-store", ["--query", "--outputs"] + part, for: .query(query))
            let paths = String(decoding: output, as: UTF8.self).split(separator: "\n").map { String($0) }
            guard paths.allSatisfy(StorePathText.isStorePath) else {
                throw NixFailure(.internal, "\(query) printed something that this program cannot read")
            }
            // The whole address names the key's file; messages need not.
            let arguments = ["--extra-experimental-features", "nix-command", "copy", "--to", destination] + paths
            _ = try await run("nix", arguments, for: .query("nix copy --to \(cache.url)"), deadline: Self.pushTimeout)
        }
    }

    private static let pushTimeout = Duration.seconds(300)
}

extension Array {
    /// The elements in their order, in arrays of at most `count`.
    func parts(of count: Int) -> [[Element]] {
        stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
    }
}
