package import Hashing
import Logging
import Postgres
import Queue
package import Records
package import Registry

/// Finds a manifest, or has it built and waits.
package struct ManifestService: Sendable {
    package let resolver: SourceResolver
    package let records: Records
    package let waiters: BuildWaiters
    package let layering: Recipe.Layering
    /// For clients that take OCI manifests; others get what they can read.
    package let packing: Recipe.Packing
    package let wait: Duration

    package init(
        resolver: SourceResolver, records: Records, waiters: BuildWaiters, layering: Recipe.Layering, packing: Recipe.Packing,
        wait: Duration
    ) {
        self.resolver = resolver
        self.records = records
        self.waiters = waiters
        self.layering = layering
        self.packing = packing
        self.wait = wait
    }

    /// A manifest by digest, whatever the name: digests are unique.
    /// - Throws: ``RegistryError``.
    package func manifest(digest: Digest) async throws -> StoredManifest {
        guard let manifest = try await records.manifest(digest: digest) else {
            throw RegistryError.manifestUnknown("no image of this registry has the digest \(digest)")
        }
        return manifest
    }

    /// A manifest by name and tag.
    /// - Parameter authority: host and port as the client named them, for the addresses in messages.
    /// - Throws: ``RegistryError``.
    package func manifest(name text: String, tag: String, format: ManifestFormat, authority: String?) async throws -> StoredManifest {
        let name = try ImageName(parsing: text)
        let source = try await resolver.resolve(tag: tag)
        let recipe = Recipe(source: source, name: name, layering: layering, packing: packing.packing(for: format))
        let key = try recipe.buildKey()
        if recipe.isPinned, let manifest = try await records.manifest(cacheKey: key, format: format) { return manifest }
        let outcome = try await outcome(recipe, key: key, image: text)
        guard case .manifest(let digest, _) = outcome else { throw BuildAnswer(outcome, image: text, authority: authority).error }
        guard let manifest = try await records.manifest(ociDigest: digest, format: format) else {
            throw RegistryError.tooManyRequests("the image \(text) was removed while it was asked for; ask again", retryAfter: 1)
        }
        return manifest
    }

    /// The build's end, or `.waiting` when the limit is reached first.
    /// - Throws: ``RegistryError``, 429, when the limit is reached before there is a job: then there is no address to name.
    private func outcome(_ recipe: Recipe, key: Digest, image: String) async throws -> BuildOutcome {
        try await withThrowingTaskGroup(of: BuildOutcome.self) { group in
            group.addTask { try await waiters.outcome(recipe, key: key, image: image) }
            group.addTask {
                try await Task.sleep(for: wait)
                guard let job = await waiters.job(key) else {
                    throw RegistryError.tooManyRequests("\(image) could not be queued yet, the database is busy; pull again", retryAfter: 5)
                }
                return .waiting(job: job)
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}
