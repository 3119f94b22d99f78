/// A git repository made from a package set, with a commit that the default branch does not lead to.
struct Repository {
    let url: String
    let main: String
    let side: String

    /// - Parameter submodule: the URL of a repository to stand in it as `inner`.
    static func make(
        in directory: String, from set: String, submodule: String? = nil, variables: [String: String] = [:]
    ) async throws -> Repository {
        func git(_ arguments: String...) async throws {
            let identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgSign=false"]
            try await PrepareImage.checked("git", ["-C", directory] + identity + arguments, variables: variables)
        }
        func head() async throws -> String {
            String(try await PrepareImage.checked("git", ["-C", directory, "rev-parse", "HEAD"]).dropLast())
        }

        try await PrepareImage.checked("cp", ["-r", set, directory])
        try await git("init", "--quiet", "--initial-branch=main")
        if let submodule { try await git("submodule", "--quiet", "add", submodule, "inner") }
        try await git("add", "--all")
        try await git("commit", "--quiet", "--message=Add the set")
        let main = try await head()
        try await git("checkout", "--quiet", "--orphan=side")
        try await git("commit", "--quiet", "--message=Add the set again, with another history")
        let side = try await head()
        try await git("checkout", "--quiet", "main")
        return Repository(url: "file://\(directory)", main: main, side: side)
    }
}
