package import Hashing
package import Postgres
package import Registry

/// What the farm knows, in the database: manifests, layers, store paths.
package struct Records: Sendable {
    let pool: PostgresPool

    package init(pool: PostgresPool) { self.pool = pool }

    /// The manifest kept for a pinned recipe: one query.
    package func manifest(cacheKey: Digest, format: ManifestFormat) async throws -> StoredManifest? {
        try await pool.first(Self.manifestByKey, [.bytes(cacheKey.bytes), .bool(format == .docker)]) { row in
            try StoredManifest(row: row)
        }.flatMap(\.self)
    }

    /// The manifest with this digest, in whichever form: one query.
    package func manifest(digest: Digest) async throws -> StoredManifest? {
        try await pool.first(Self.manifestByDigest, [.bytes(digest.bytes)]) { row in try StoredManifest(row: row) }.flatMap(\.self)
    }

    /// A published image by its OCI digest, in the form asked for.
    package func manifest(ociDigest: Digest, format: ManifestFormat) async throws -> StoredManifest? {
        try await pool.first(Self.manifestByOCIDigest, [.bytes(ociDigest.bytes), .bool(format == .docker)]) { row in
            try StoredManifest(row: row)
        }.flatMap(\.self)
    }

    private static let columns = """
        CASE WHEN $2 AND m.docker_digest IS NOT NULL THEN m.docker_digest ELSE m.oci_digest END AS digest,
        CASE WHEN $2 AND m.docker_digest IS NOT NULL THEN m.docker_bytes ELSE m.oci_bytes END AS bytes,
        $2 AND m.docker_digest IS NOT NULL AS is_docker, m.caveats
        """
    private static let manifestByKey = SQLStatement(
        "SELECT \(columns) FROM farm.cache_keys k JOIN farm.manifests m USING (oci_digest) WHERE k.build_key = $1"
    )
    private static let manifestByOCIDigest = SQLStatement("SELECT \(columns) FROM farm.manifests m WHERE m.oci_digest = $1")
    private static let manifestByDigest: SQLStatement = """
        SELECT m.oci_digest AS digest, m.oci_bytes AS bytes, false AS is_docker, m.caveats FROM farm.manifests m WHERE m.oci_digest = $1
        UNION ALL
        (SELECT m.docker_digest, m.docker_bytes, true, m.caveats FROM farm.manifests m WHERE m.docker_digest = $1 LIMIT 1)
        """
}

extension StoredManifest {
    init?(row: borrowing PostgresRow) throws {
        guard let digest = Digest(bytes: try row.bytes("digest")) else { return nil }
        self.init(
            digest: digest,
            format: try row.bool("is_docker") ? .docker : .oci,
            bytes: try row.bytes("bytes"),
            caveats: try row.textArray("caveats")
        )
    }
}
