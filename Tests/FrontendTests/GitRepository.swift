import Operations
import TestSupport

/// A real Git repository with names that are easily taken for others.
final class GitRepository: Sendable {
    let directory: String
    /// The first commit; the second is that of `main`; the third is on no branch.
    let commits: [String]
    private let daemon: TestProcess?
    let url: String

    /// How it is reached.
    enum Way: CaseIterable {
        case path, file, daemon
    }

    init(_ way: Way = .file) throws {
        let parent = try TestProcess.temporaryDirectory()
        directory = parent + "/set"
        try TestProcess.run("mkdir", directory)
        try Self.git(directory, "init", "--quiet", "--initial-branch=main")
        var commits: [String] = []
        for text in ["first", "second", "third"] {
            try TestProcess.run("sh", "-c", "printf '{ }: { } # %s\\n' \"$1\" > \"$2/default.nix\"", "sh", text, directory)
            try Self.git(directory, "add", "--all")
            try Self.git(directory, "commit", "--quiet", "--message=\(text)")
            commits.append(try Self.head(directory))
        }
        self.commits = commits
        try Self.git(directory, "tag", "off-branch", commits[2])
        try Self.git(directory, "reset", "--quiet", "--hard", commits[1])
        try Self.git(directory, "tag", "light", commits[0])
        try Self.git(directory, "tag", "--annotate", "--message=x", "annotated", commits[0])
        try Self.git(directory, "branch", "release-1.0", commits[0])
        // A branch before a tag; and names that end in others.
        try Self.git(directory, "branch", "both", commits[0])
        try Self.git(directory, "tag", "both", commits[1])
        try Self.git(directory, "branch", "team/solo", commits[0])
        try Self.git(directory, "update-ref", "refs/heads/refs/heads/deep", commits[0])
        try Self.git(directory, "update-ref", "refs/notes/note", commits[0])
        switch way {
        case .path: (daemon, url) = (nil, directory)
        case .file: (daemon, url) = (nil, "file://\(directory)")
        case .daemon:
            let port = try FrontendProcess.freePort()
            let options = ["--verbose", "--export-all", "--listen=127.0.0.1", "--port=\(port)", "--base-path=\(parent)"]
            // Its first line says that it is ready.
            daemon = try TestProcess(["git", "daemon"] + options)
            url = "git://127.0.0.1:\(port)/set"
        }
    }

    deinit { try? TestProcess.run("rm", "-rf", String(directory.dropLast("/set".count))) }

    /// - Returns: the new commit of `main`.
    func push() throws -> String {
        try Self.git(directory, "commit", "--quiet", "--allow-empty", "--message=pushed")
        return try Self.head(directory)
    }

    private static func head(_ directory: String) throws -> String {
        try TestProcess.output(["git", "-C", directory, "rev-parse", "HEAD"])
    }

    private static func git(_ directory: String, _ arguments: String...) throws {
        let identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgSign=false"]
        _ = try TestProcess.output(["git", "-C", directory] + identity + arguments)
    }
}
