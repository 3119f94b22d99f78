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

extension Records {
    /// The records of those of `keys` that are known.
    package func layers(_ keys: [Digest]) async throws -> [Digest: LayerRecord] {
        let rows = try await pool.rows(Self.layersByKey, [.textArray(keys.map(\.hex))]) { row in try LayerRecord(row: row) }
        return Dictionary(rows.compactMap(\.self).map { ($0.key, $0) }) { first, _ in first }
    }

    /// Records a layer whose blob is confirmed.
    /// - Returns: the record that counts: the first that was made under this key.
    package func record(_ layer: LayerRecord) async throws -> LayerRecord {
        let inserted = try await pool.execute(
            Self.insertLayer,
            [
                .bytes(layer.key.bytes), .bytes(layer.descriptor.digest.bytes), .bytes(layer.descriptor.diffID.bytes),
                .int(Int(layer.descriptor.size)), .int(Int(layer.uncompressedSize)), .text(layer.descriptor.codec),
            ]
        )
        if inserted > 0 { return layer }
        return try await layers([layer.key])[layer.key] ?? layer
    }

    /// Records store paths and gives back the recorded form of all of them, sorted by path.
    package func record(_ paths: [PathRecord]) async throws -> [PathRecord] {
        try await pool.execute(
            Self.insertPaths,
            [
                .textArray(paths.map(\.path)), .textArray(paths.map(\.narHash)), .intArray(paths.map { Int($0.narSize) }),
                .textArray(paths.map { $0.references.joined(separator: " ") }),
            ]
        )
        return try await pool.rows(Self.selectPaths, [.textArray(paths.map(\.path))]) { row in
            PathRecord(
                path: try row.text("path"),
                narHash: try row.text("nar_hash"),
                narSize: Int64(try row.int("nar_size")),
                references: try row.textArray("path_refs")
            )
        }
    }

    private static let layersByKey: SQLStatement = """
        SELECT layer_key, digest, diff_id, size, uncompressed_size, codec FROM farm.layers
        WHERE layer_key = ANY (ARRAY(SELECT decode(hex, 'hex') FROM unnest($1::text[]) AS given(hex)))
        """
    private static let insertLayer: SQLStatement = """
        INSERT INTO farm.layers (layer_key, digest, diff_id, size, uncompressed_size, codec) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT DO NOTHING
        """
    private static let insertPaths: SQLStatement = """
        INSERT INTO farm.store_paths (path, nar_hash, nar_size, path_refs)
        SELECT path, nar_hash, nar_size, string_to_array(refs, ' ')
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) AS given(path, nar_hash, nar_size, refs)
        ORDER BY path
        ON CONFLICT DO NOTHING
        """
    private static let selectPaths: SQLStatement = """
        SELECT path, nar_hash, nar_size, path_refs FROM farm.store_paths WHERE path = ANY ($1::text[]) ORDER BY path COLLATE "C"
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

extension LayerRecord {
    init?(row: borrowing PostgresRow) throws {
        guard let key = Digest(bytes: try row.bytes("layer_key")), let digest = Digest(bytes: try row.bytes("digest")),
            let diffID = Digest(bytes: try row.bytes("diff_id"))
        else { return nil }
        let size = Int64(try row.int("size"))
        self.init(
            key: key,
            descriptor: LayerDescriptor(digest: digest, size: size, diffID: diffID, codec: try row.text("codec")),
            uncompressedSize: Int64(try row.int("uncompressed_size"))
        )
    }
}
