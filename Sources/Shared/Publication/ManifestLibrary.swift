import Composition
package import Hashing
package import Logging
package import ObjectStorage
package import Postgres
package import Records
package import Registry

/// Where manifests are found: in memory, in the database, in the store. What is found further away is brought nearer.
///
/// The store's objects have no fence and may be damaged, so what is found there is served only if it is exactly an image that this program
/// wrote, of the recipe asked for, with every blob in place.
package struct ManifestLibrary: Sendable {
    private let records: Records
    private let pool: PostgresPool
    private let store: any ObjectStore
    private let cache = ManifestCache()
    /// Thousands may ask for one image at once; the database is asked once.
    private let lookups = SingleFlight<ManifestCache.Key, StoredManifest?>()
    private let asked = AskedManifests()
    private let logger: Logger

    /// Bytes of a manifest or a configuration: 125 layers take some 60 kB.
    private static let limit = 4 << 20

    package init(pool: PostgresPool, store: any ObjectStore, logger: Logger) {
        records = Records(pool: pool)
        self.pool = pool
        self.store = store
        self.logger = logger
    }

    /// The manifest kept for a pinned recipe: at most one query while the database has it.
    /// - Throws: `PostgresError`, `StorageError`.
    package func manifest(of recipe: Recipe, key: Digest, format: ManifestFormat) async throws -> StoredManifest? {
        try await look(.recipe(key, format)) {
            if let manifest = try await records.manifest(cacheKey: key, format: format) { return manifest }
            guard try await restore(recipe, key: key) else { return nil }
            return try await records.manifest(cacheKey: key, format: format)
        }.map(note)
    }

    /// The manifest with this digest, in whichever form.
    /// - Throws: `PostgresError`, `StorageError`.
    package func manifest(digest: Digest) async throws -> StoredManifest? {
        if let manifest = cache[.digest(digest)] { return note(manifest) }
        if let manifest = try await look(.digest(digest), { try await records.manifest(digest: digest) }) { return note(manifest) }
        guard let bytes = try await store.get(.blob(digest), limit: Self.limit), try SHA256.digest(of: bytes) == digest,
            let format = ManifestFormat(of: bytes)
        else { return nil }
        return cache.keep(StoredManifest(digest: digest, format: format, bytes: bytes), for: .digest(digest))
    }

    /// A published image by its OCI digest, in the form asked for.
    package func manifest(ociDigest: Digest, format: ManifestFormat) async throws -> StoredManifest? {
        try await look(.published(ociDigest, format)) { try await records.manifest(ociDigest: ociDigest, format: format) }.map(note)
    }

    private func look(
        _ entry: ManifestCache.Key, _ body: @escaping @Sendable () async throws -> StoredManifest?
    ) async throws -> StoredManifest? {
        if let manifest = cache[entry] { return manifest }
        return try await lookups.run(entry, body).map { cache.keep($0, for: entry) }
    }

    /// A reader found no such blob in the store: if that is so and records name it, they are dropped, so that the next pull builds it again.
    /// - Returns: whether there were such records.
    package func vanished(_ digest: Digest) async throws -> Bool {
        // A store that is not there at all, such as a directory that is not mounted, has lost nothing.
        try await store.check()
        try await StoreIdentity.confirm(store, pool)
        guard try await store.stat(.blob(digest)) == nil, try await records.forget(digest) else { return false }
        cache.removeAll()
        logger.error(
            "a blob is gone from the store; its records were dropped", metadata: ["digest": "\(digest)", "store": "\(store.place)"])
        return true
    }

    /// Writes down which images were asked for since the last time.
    package func writeAsked() async throws {
        let digests = asked.take()
        guard !digests.isEmpty else { return }
        try await records.touch(digests)
    }

    private func note(_ manifest: StoredManifest) -> StoredManifest {
        asked.insert(manifest.digest)
        return manifest
    }

    /// Fills the database from the store.
    private func restore(_ recipe: Recipe, key: Digest) async throws -> Bool {
        guard let bytes = try await store.get(.manifest(key), limit: Self.limit) else { return false }
        do {
            let config = try FoundImage.configuration(of: bytes)
            guard let configBytes = try await store.get(.blob(config.digest), limit: Self.limit),
                configBytes.count == config.size, try SHA256.digest(of: configBytes) == config.digest
            else { throw DamagedImage(reason: "its configuration is not in the store") }
            let found = try FoundImage(manifest: bytes, config: configBytes)
            guard found.platform == recipe.platform, found.labels == ComposedImage.labels(recipe).asDictionary else {
                throw DamagedImage(reason: "it is another image")
            }
            for layer in found.manifest.layers {
                guard let info = try await store.stat(.blob(layer.digest)), info.size == layer.size else {
                    throw DamagedImage(reason: "its layer \(layer.digest) is not in the store")
                }
            }
            let oci = StoredManifest(digest: try SHA256.digest(of: bytes), format: .oci, bytes: bytes)
            let docker = try found.manifest.bytes(.docker).map {
                StoredManifest(digest: try SHA256.digest(of: $0), format: .docker, bytes: $0)
            }
            try await records.restore(
                oci: oci, docker: docker, configDigest: config.digest, layers: found.manifest.layers.map(\.digest), key: key,
                image: recipe.packages.joined(separator: "/"))
            return true
        } catch let error as DamagedImage {
            logger.warning(
                "an image in the store cannot be used", metadata: ["object": "\(ObjectName.manifest(key))", "reason": "\(error)"])
            return false
        }
    }
}

extension [ImageConfig.Label] {
    fileprivate var asDictionary: [String: String] { Dictionary(map { ($0.name, $0.value) }) { first, _ in first } }
}
