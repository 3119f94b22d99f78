extension NixTool {
    /// Paths in one command line; the kernel takes about 2 MiB of arguments.
    static let mostPaths = 5_000

    /// What paths need at run time: themselves and all that they refer to, directly or not.
    /// - Parameter paths: valid store paths, at least one.
    /// - Returns: the whole closure, sorted by the paths' bytes.
    /// - Throws: ``NixFailure``; `CancellationError`.
    package func closure(of paths: [String]) async throws -> [NixPathInfo] {
        // Without arguments nix-store would print all that it has.
        guard !paths.isEmpty else { throw NixFailure(.internal, "the closure of nothing was asked for") }
        let command = "nix-store --query --requisites"
        let output = try await run("nix-store", ["--query", "--requisites"] + paths, for: .query(command))
        let closure = String(decoding: output, as: UTF8.self).split(separator: "\n").map { String($0) }
        let wanted = Set(closure)
        guard !wanted.isEmpty, wanted.isSuperset(of: paths), wanted.allSatisfy(StorePathText.isStorePath) else {
            throw NixFailure(.internal, "\(command) printed something that this program cannot read: \(closure.first ?? "nothing")")
        }
        return try await describe(wanted.sorted(by: StorePathText.precedes))
    }

    private func describe(_ paths: [String]) async throws -> [NixPathInfo] {
        var found: [NixPathInfo] = []
        for part in paths.parts(of: Self.mostPaths) {
            let output = try await run("nix-store", ["--dump-db"] + part, for: .query("nix-store --dump-db"))
            found += try NixPathInfo.parse(registration: String(decoding: output, as: UTF8.self))
        }
        found.sort { StorePathText.precedes($0.path, $1.path) }
        guard found.map(\.path) == paths else {
            throw NixFailure(.internal, "nix-store --dump-db described \(found.count) paths of the \(paths.count) that it was asked for")
        }
        return found
    }
}
