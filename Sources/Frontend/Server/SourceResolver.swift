import Logging
package import Operations
import Postgres
package import Registry
import Subprocess

#if canImport(System)
import System
#else
import SystemPackage
#endif

/// Turns the configured package source and the tag asked for into a source that Nix can read, with Git, never with Nix.
///
/// A channel is a branch of the nixpkgs repository. `latest` is the repository's HEAD or the configured channel; forty hexadecimal digits
/// are a commit; else the tag is exactly a branch or exactly a tag, peeled. Answers are kept for a short time, so that a pull (a HEAD, then
/// a GET) asks the origin once.
package actor SourceResolver {
    private let setting: PackageSourceSetting
    private let memory: Duration
    private let nixpkgs: String
    private var known: [String: (revision: String, at: ContinuousClock.Instant)] = [:]
    private var asking: [String: Task<String, any Error>] = [:]

    package init(_ setting: PackageSourceSetting, memory: Duration, nixpkgs: String = "https://github.com/NixOS/nixpkgs") {
        self.setting = setting
        self.memory = memory
        self.nixpkgs = nixpkgs
    }

    /// - Throws: ``RegistryError``: 404 for a tag that names nothing, 429 when the origin cannot be reached.
    package func resolve(tag: String) async throws -> PackageSource {
        switch setting {
        case .path(let path): return .path(path)
        case .git(let url):
            return .git(url: url, revision: try await revision(url, tag == "latest" ? "HEAD" : tag))
        case .channel(let channel):
            return .channel(revision: try await revision(nixpkgs, tag == "latest" ? channel : tag))
        }
    }

    private func revision(_ url: String, _ name: String) async throws -> String {
        if RegistryGrammar.isCommit(name) { return name }
        if let answer = known[name], answer.at + memory > .now { return answer.revision }
        let task = asking[name] ?? Task { try await Self.ask(url, name) }
        asking[name] = task
        defer { asking[name] = nil }
        let revision = try await task.value
        known[name] = (revision, .now)
        return revision
    }

    private static func ask(_ url: String, _ name: String) async throws -> String {
        let names = name == "HEAD" ? ["HEAD"] : ["refs/heads/\(name)", "refs/tags/\(name)", "refs/tags/\(name)^{}"]
        // The host's own way to a key or a proxy stands, as it does on workers; nobody is there to answer a question.
        let ssh = ProcessEnvironment.value("GIT_SSH_COMMAND") ?? ProcessEnvironment.value("GIT_SSH") ?? "ssh"
        let result = try await run(
            .name("git"),
            arguments: Arguments(["ls-remote", "--", url] + names),
            environment: .inherit.updating(["GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": ssh + " -oBatchMode=yes", "LC_ALL": "C"]),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 16)
        )
        guard result.terminationStatus.isSuccess else {
            let reason = result.standardError.split(separator: "\n").last.map(String.init) ?? "git ls-remote failed"
            throw RegistryError.tooManyRequests(
                "the package source \(PackageSource.withoutCredentials(url)) cannot be asked for '\(name)' now: "
                    + reason.replacing(url, with: PackageSource.withoutCredentials(url)),
                retryAfter: 10
            )
        }
        var found: [Substring: Substring] = [:]
        for line in result.standardOutput.split(separator: "\n") {
            let parts = line.split(separator: "\t")
            if parts.count == 2 { found[parts[1]] = parts[0] }
        }
        // A branch before a tag; of an annotated tag the commit, not the tag's object.
        for candidate in ["HEAD", "refs/heads/\(name)", "refs/tags/\(name)^{}", "refs/tags/\(name)"] {
            if let revision = found[candidate[...]], RegistryGrammar.isCommit(revision) { return String(revision) }
        }
        throw RegistryError.manifestUnknown(
            "'\(name)' is no branch, tag or full commit of \(PackageSource.withoutCredentials(url))"
        )
    }
}
