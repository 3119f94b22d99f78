package import Operations
import Registry

/// Turns the configured package source and the tag asked for into a source that Nix can read, with Git, never with Nix.
///
/// A channel is a branch of the nixpkgs repository. `latest` is the repository's HEAD or the configured channel; forty hexadecimal digits
/// are a commit; else the tag is exactly a branch or exactly a tag, peeled. Answers are shared by all frontends (``Resolutions``): an
/// origin is asked once in a while for a name, by one of them.
package actor SourceResolver {
    private let setting: PackageSourceSetting
    private let resolutions: Resolutions
    private let nixpkgs: String
    private var asking: [Resolutions.Name: Task<Found, any Error>] = [:]

    /// Names that are looked up at one time; a client can ask for any.
    private static let mostAtOnce = 64
    /// How often to look whether another frontend has its answer.
    private static let poll = Duration.milliseconds(50)

    private struct Found: Sendable {
        let revision: String
        let caveat: String?
    }

    package init(_ setting: PackageSourceSetting, resolutions: Resolutions, nixpkgs: String = "https://github.com/NixOS/nixpkgs") {
        self.setting = setting
        self.resolutions = resolutions
        self.nixpkgs = nixpkgs
    }

    /// - Throws: ``RegistryError``: 404 for a tag that names nothing, 429 when the origin cannot be reached and has not answered for long.
    package func resolve(tag: String) async throws -> ResolvedSource {
        switch setting {
        case .path(let path): return ResolvedSource(.path(path))
        case .git(let url, let submodules):
            let found = try await find(url, tag == "latest" ? "HEAD" : tag)
            return ResolvedSource(.git(url: url, revision: found.revision, submodules: submodules), caveat: found.caveat)
        case .channel(let channel):
            let found = try await find(nixpkgs, tag == "latest" ? channel : tag)
            return ResolvedSource(.channel(revision: found.revision), caveat: found.caveat)
        }
    }

    private func find(_ url: String, _ text: String) async throws -> Found {
        if RegistryGrammar.isCommit(text) { return Found(revision: text, caveat: nil) }
        let name = Resolutions.Name(url: url, name: text)
        if let task = asking[name] { return try await task.value }
        guard asking.count < Self.mostAtOnce else {
            throw RegistryError.tooManyRequests("too many branches and tags are being looked up; pull again", retryAfter: 5)
        }
        // A task of its own: the client that came first may leave.
        let task = Task { try await search(name) }
        asking[name] = task
        defer { asking[name] = nil }
        return try await task.value
    }

    private func search(_ name: Resolutions.Name) async throws -> Found {
        while true {
            if let entry = try await resolutions.entry(name), let found = try answer(entry, name) { return found }
            if let claim = try await resolutions.claim(name) {
                if let found = try await ask(claim) { return found }
            } else {
                try await Task.sleep(for: Self.poll)
            }
        }
    }

    /// Asks the origin and writes down what it answered, for all.
    /// - Returns: `nil` if the claim was lost meanwhile: the answer is another frontend's to give.
    private func ask(_ claim: Resolutions.Claim) async throws -> Found? {
        let name = claim.name
        switch try await GitOrigin(url: name.url, patience: resolutions.times.patience).ask(name.name) {
        case .commit(let revision):
            return try await resolutions.record(claim, revision: revision) ? Found(revision: revision, caveat: nil) : nil
        case .absent:
            guard try await resolutions.record(claim, revision: nil) else { return nil }
            throw Self.absent(name)
        case .unreachable(let reason):
            guard try await resolutions.record(claim, failure: reason) else { return nil }
            return try lastGood(try await resolutions.entry(name), name, reason)
        }
    }

    /// - Returns: `nil` if the origin has to be asked.
    private func answer(_ entry: Resolutions.Entry, _ name: Resolutions.Name) throws -> Found? {
        let times = resolutions.times
        if let failure = entry.failure, let age = entry.failureAge, age < times.brief {
            return try lastGood(entry, name, failure)
        }
        guard let age = entry.age else { return nil }
        if let revision = entry.revision { return age < times.fresh ? Found(revision: revision, caveat: nil) : nil }
        if age < times.brief { throw Self.absent(name) }
        return nil
    }

    private func lastGood(_ entry: Resolutions.Entry?, _ name: Resolutions.Name, _ failure: String) throws -> Found {
        guard let revision = entry?.revision, let age = entry?.age, age < resolutions.times.stale else {
            throw RegistryError.tooManyRequests(
                "the package source \(name.place) cannot be asked for '\(name.name)' now: \(failure)", retryAfter: 10)
        }
        let caveat =
            "The package source \(name.place) cannot be asked for '\(name.name)' now (\(failure)); "
            + "this image is of the commit that it stood for \(age.wholeMinutes) min ago, \(revision)."
        return Found(revision: revision, caveat: caveat)
    }

    private static func absent(_ name: Resolutions.Name) -> RegistryError {
        guard name.name != "HEAD" else { return .manifestUnknown("\(name.place) has no commit on its default branch") }
        return .manifestUnknown("'\(RegistryError.printable(name.name))' is no branch, tag or full commit of \(name.place)")
    }
}

extension Duration {
    fileprivate var wholeMinutes: Int64 { components.seconds / 60 }
}
