package import Hashing

/// Where the package set comes from, resolved so far that Nix can read it.
package enum PackageSource: Hashable, Sendable {
    /// nixpkgs at a commit.
    case channel(revision: String)
    /// A Git repository at a commit.
    case git(url: String, revision: String)
    /// A directory or file on the workers' machines.
    case path(String)

    /// Whether what it names can never change: a commit, or a path of the Nix store.
    package var isPinned: Bool {
        switch self {
        case .channel, .git: true
        case .path(let path): path.hasPrefix("/nix/store/")
        }
    }

    /// The argument of `nixery-prepare-image --source`: data, never an expression.
    package var nixArgument: JSON {
        switch self {
        case .channel(let revision): .members(("type", "channel"), ("rev", .string(revision)))
        case .git(let url, let revision): .members(("type", "git"), ("url", .string(url)), ("rev", .string(revision)))
        case .path(let path): .members(("type", "path"), ("path", .string(path)))
        }
    }

    /// SHA-256 of the source as Nix is given it: what its packages' records stand under.
    package func digest() throws(HashingError) -> Digest { try SHA256.digest(of: nixArgument.bytes) }

    /// The commit, where there is one: the image's `org.opencontainers.image.revision`.
    package var revision: String? {
        switch self {
        case .channel(let revision), .git(_, let revision): revision
        case .path: nil
        }
    }

    /// For people: logs, the job table, labels. Carries no user name or password of the URL.
    package var summary: String {
        switch self {
        case .channel(let revision): "nixpkgs \(revision.prefix(12))"
        case .git(let url, let revision): "\(Self.withoutCredentials(url)) \(revision.prefix(12))"
        case .path(let path): path
        }
    }

    /// `https://user:secret@host/x` becomes `https://host/x`; the user of an ssh address stays, since it is no secret.
    package static func withoutCredentials(_ url: String) -> String {
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else { return url }
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count >= 3, let at = parts[2].lastIndex(of: "@") else { return url }
        let host = parts[2][parts[2].index(after: at)...]
        return ([parts[0], parts[1], host] + parts.dropFirst(3)).joined(separator: "/")
    }
}

extension JSON: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
}
