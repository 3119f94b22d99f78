package import Hashing
package import Postgres
import Registry

/// Layers and store paths. The first record of each counts.
extension Records {
    /// The records of those of `keys` that are known. They count as used from now on, so they are not removed for a while.
    package func layers(_ keys: [Digest]) async throws -> [Digest: LayerRecord] {
        try await pool.execute(Self.useLayers, [.textArray(keys.map(\.hex))])
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
        WITH made AS (
            INSERT INTO farm.layers (layer_key, digest, diff_id, size, uncompressed_size, codec) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT DO NOTHING RETURNING layer_key
        ), outbox AS (
            INSERT INTO farm.outbox (path, kind, key) SELECT 'builds/' || encode(layer_key, 'hex'), 'layer', layer_key FROM made
            ON CONFLICT (path) DO UPDATE SET run_after = now()
        )
        SELECT layer_key FROM made
        """
    private static let useLayers: SQLStatement = """
        UPDATE farm.layers SET last_used = now()
        WHERE layer_key = ANY (ARRAY(SELECT decode(hex, 'hex') FROM unnest($1::text[]) AS given(hex)))
            AND last_used < now() - interval '10 minutes'
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

extension LayerRecord {
    /// Reads the columns of `farm.layers`.
    package init?(row: borrowing PostgresRow) throws {
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
