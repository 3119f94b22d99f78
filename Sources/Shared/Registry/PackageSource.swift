package import Hashing

/// Where the package set comes from, resolved so far that Nix can read it.
package enum PackageSource: Hashable, Sendable {
    /// nixpkgs at a commit.
    case channel(revision: String)
    /// A Git repository at a commit, with or without its submodules.
    case git(url: String, revision: String, submodules: Bool = false)
    /// A directory or file on the workers' machines.
    case path(String)

    /// Whether what it names can never change: a commit, or a path of the Nix store.
    package var isPinned: Bool {
        switch self {
        case .channel, .git: true
        case .path(let path): Self.isInStore(path)
        }
    }

    /// `/nix/store/<32 characters>-<name>`, or below that.
    private static func isInStore(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 3, parts[...2] == ["", "nix", "store"], !parts.contains("..") else { return false }
        let hash = parts[3].prefix { $0 != "-" }
        return hash.utf8.count == 32 && hash.utf8.count + 1 < parts[3].utf8.count
    }

    /// The argument of `nixery-prepare-image --source`: data, never an expression.
    package var nixArgument: JSON {
        switch self {
        case .channel(let revision): .members(("type", "channel"), ("rev", .string(revision)))
        case .git(let url, let revision, let submodules):
            .members(("type", "git"), ("url", .string(url)), ("rev", .string(revision)), ("submodules", submodules ? .bool(true) : nil))
        case .path(let path): .members(("type", "path"), ("path", .string(path)))
        }
    }

    /// SHA-256 of the source as Nix is given it: what its packages' records stand under.
    package func digest() throws(HashingError) -> Digest { try SHA256.digest(of: nixArgument.bytes) }

    /// The commit, where there is one: the image's `org.opencontainers.image.revision`.
    package var revision: String? {
        switch self {
        case .channel(let revision), .git(_, let revision, _): revision
        case .path: nil
        }
    }

    /// For people: logs, the job table, labels. Carries no user name or password of the URL.
    package var summary: String {
        switch self {
        case .channel(let revision): "nixpkgs \(revision.prefix(12))"
        case .git(let url, let revision, _): "\(Self.withoutCredentials(url)) \(revision.prefix(12))"
        case .path(let path): path
        }
    }

    /// A URL, or a text with URLs in it: `https://user:secret@host/x` becomes `https://host/x`. The user of an ssh address stays, since it
    /// is no secret.
    package static func withoutCredentials(_ text: String) -> String {
        var shown = ""
        var rest = text[...]
        while let mark = rest.firstRange(of: "://") {
            shown += rest[..<mark.upperBound]
            rest = rest[mark.upperBound...]
            guard shown.hasSuffix("http://") || shown.hasSuffix("https://") else { continue }
            let authority = rest.prefix { $0 != "/" && $0 != "'" && $0 != "\"" && !$0.isWhitespace }
            if let at = authority.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        }
        return shown + rest
    }
}

extension JSON: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
}
