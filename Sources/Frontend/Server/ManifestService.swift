package import Assembly
package import Hashing
import Logging
import Postgres
package import Publication
package import Queue
package import Records
package import Registry

/// Finds a manifest, or has it built and waits.
package struct ManifestService: Sendable {
    package let resolver: SourceResolver
    package let library: ManifestLibrary
    package let assembler: ImageAssembler
    package let queue: JobQueue
    package let waiters: BuildWaiters
    package let layering: Recipe.Layering
    /// For clients that take OCI manifests; others get what they can read.
    package let packing: Recipe.Packing
    /// Whether a wait that is over goes on by another hop.
    package let relays: Bool

    package init(
        resolver: SourceResolver, library: ManifestLibrary, assembler: ImageAssembler, queue: JobQueue, waiters: BuildWaiters,
        layering: Recipe.Layering,
        packing: Recipe.Packing, relays: Bool
    ) {
        self.resolver = resolver
        self.library = library
        self.assembler = assembler
        self.queue = queue
        self.waiters = waiters
        self.layering = layering
        self.packing = packing
        self.relays = relays
    }

    package enum Answer: Hashable, Sendable {
        case manifest(StoredManifest)
        /// The build goes on; so does the client's wait, at the next hop.
        case relay(job: Int?)
    }

    /// A manifest by digest, whatever the name: digests are unique.
    /// - Throws: ``RegistryError``.
    package func manifest(digest: Digest) async throws -> StoredManifest {
        guard let manifest = try await library.manifest(digest: digest) else {
            throw RegistryError.manifestUnknown("no image of this registry has the digest \(digest)")
        }
        return manifest
    }

    /// A manifest by name and tag.
    /// - Parameters:
    ///   - hop: how often this client has been handed on already.
    ///   - authority: host and port as the client named them, for the addresses in messages.
    /// - Throws: ``RegistryError``.
    package func manifest(name text: String, tag: String, format: ManifestFormat, hop: RelayHop, authority: String?) async throws -> Answer
    {
        let name = try ImageName(parsing: text)
        let resolved = try await resolver.resolve(tag: tag)
        let recipe = Recipe(source: resolved.source, name: name, layering: layering, packing: packing.packing(for: format))
        let request = BuildRequest(recipe: recipe, key: try recipe.buildKey(), image: text)
        if recipe.isPinned, let manifest = try await known(request, format) { return .manifest(manifest.adding(resolved.caveat)) }
        let outcome = try await outcome(request, hop: hop)
        if case .manifest(let digest, _)? = outcome {
            guard let manifest = try await library.manifest(ociDigest: digest, format: format) else {
                throw RegistryError.tooManyRequests("the image \(text) was removed while it was asked for; ask again", retryAfter: 1)
            }
            return .manifest(manifest.adding(resolved.caveat))
        }
        return try await unbuilt(outcome, BuildAnswer(image: text, authority: authority), hop)
    }

    /// What is published, or can be composed of what is known.
    private func known(_ request: BuildRequest, _ format: ManifestFormat) async throws -> StoredManifest? {
        if let manifest = try await library.manifest(of: request.recipe, key: request.key, format: format) { return manifest }
        guard try await assembler.publish(request.recipe, key: request.key, name: request.image) else { return nil }
        return try await library.manifest(of: request.recipe, key: request.key, format: format)
    }

    /// How a wait goes on that has not led to an image.
    private func unbuilt(_ outcome: BuildOutcome?, _ answer: BuildAnswer, _ hop: RelayHop) async throws -> Answer {
        switch outcome {
        case nil where relays && !hop.isLast: return .relay(job: nil)
        case .waiting(let job)? where relays && !hop.isLast: return .relay(job: job)
        case nil: throw answer.notQueued
        case .waiting(let job)?:
            // Whoever was told to pull again will find it built, or join it.
            try await queue.keep(job)
            throw answer.unfinished(job, standing: try await queue.standing(job))
        case let outcome?: throw answer.error(outcome)
        }
    }

    /// The build's end, or where it stands when the wait is over.
    private func outcome(_ request: BuildRequest, hop: RelayHop) async throws -> BuildOutcome? {
        // What the hops before waited for may have ended between two hops, and count no longer for a new request.
        if let job = hop.job, let outcome = try await queue.outcome(job, key: request.key), !outcome.isOpen { return outcome }
        return try await waiters.outcome(request)
    }
}

extension BuildOutcome {
    /// Whether a new request may get another answer.
    fileprivate var isOpen: Bool {
        switch self {
        case .waiting, .cancelled: true
        case .manifest, .failed: false
        }
    }
}

extension StoredManifest {
    /// The same with a caveat more.
    fileprivate func adding(_ caveat: String?) -> StoredManifest {
        guard let caveat else { return self }
        return StoredManifest(digest: digest, format: format, bytes: bytes, caveats: caveats + [caveat])
    }
}
