import Postgres
import Registry
import Subprocess

/// A Git repository that is asked what its names stand for: over a file system, git://, https or ssh, with the host's credentials.
struct GitOrigin: Sendable {
    enum Answer: Hashable, Sendable {
        case commit(String)
        /// There is no such branch or tag.
        case absent
        /// With the reason, which holds no password.
        case unreachable(String)
    }

    let url: String
    let patience: Duration

    /// - Parameter name: `HEAD`; else exactly a branch, else exactly a tag. Of an annotated tag the commit counts, not the tag's object.
    /// - Throws: `CancellationError`.
    func ask(_ name: String) async throws -> Answer {
        let branch = "refs/heads/\(name)"
        let tag = "refs/tags/\(name)"
        let names = name == "HEAD" ? ["HEAD"] : [branch, tag + "^{}", tag]
        let answer: String
        switch try await list(names) {
        case .success(let text): answer = text
        case .failure(let error): return .unreachable(error.reason)
        }
        // Git lists whatever ends in a name that it was asked for: `x/refs/heads/main` too.
        var found: [Substring: Substring] = [:]
        for line in answer.split(separator: "\n") {
            let parts = line.split(separator: "\t")
            if parts.count == 2 { found[parts[1]] = parts[0] }
        }
        let revision = names.lazy.compactMap { found[$0[...]] }.first { RegistryGrammar.isCommit($0) }
        return revision.map { .commit(String($0)) } ?? .absent
    }

    private struct Unreachable: Error {
        let reason: String
    }

    private func list(_ names: [String]) async throws -> Result<String, Unreachable> {
        try await withThrowingTaskGroup(of: Result<String, Unreachable>.self) { group in
            group.addTask { try await run(["ls-remote", "--", url] + names) }
            group.addTask {
                try await Task.sleep(for: patience)
                return .failure(Unreachable(reason: "it did not answer within \(patience / .seconds(1)) s (NIXERY_ORIGIN_SECONDS)"))
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    private func run(_ arguments: [String]) async throws -> Result<String, Unreachable> {
        var platform = PlatformOptions()
        // Without a terminal nothing can ask a question there; and what git starts ends with it.
        platform.createSession = true
        platform.teardownSequence = [.send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
        // The host's own way to a key or a proxy stands, as it does on workers; nobody is there to answer a question.
        let ssh = ProcessEnvironment.value("GIT_SSH_COMMAND") ?? ProcessEnvironment.value("GIT_SSH") ?? "ssh"
        do {
            let result = try await Subprocess.run(
                .name("git"),
                arguments: Arguments(arguments),
                environment: .inherit.updating(["GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": ssh + " -oBatchMode=yes", "LC_ALL": "C"]),
                platformOptions: platform,
                output: .string(limit: 1 << 20),
                error: .string(limit: 1 << 16)
            )
            guard result.terminationStatus.isSuccess else { return .failure(Unreachable(reason: Self.reason(result.standardError))) }
            return .success(result.standardOutput)
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            return .failure(Unreachable(reason: "git cannot be run: \(error)"))
        }
    }

    /// The first lines of what git and ssh said; the last ones are advice.
    private static func reason(_ text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline).filter { $0.contains { !$0.isWhitespace } }
        guard !lines.isEmpty else { return "git ls-remote failed" }
        return PackageSource.withoutCredentials(RegistryError.printable(lines.prefix(2).joined(separator: "; "), most: 400))
    }
}
