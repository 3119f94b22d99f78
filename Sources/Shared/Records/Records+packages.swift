package import Hashing
import Postgres

/// What packages evaluate to, and what lies in what they install: with these an image is composed without Nix.
extension Records {
    /// Records what packages of a pinned source install. The first record of each counts.
    /// - Parameters:
    ///   - outputs: store paths by attribute; none for one that the source does not have.
    ///   - source: SHA-256 of the source as Nix is given it.
    package func record(outputs: [String: [String]], source: Digest, system: String) async throws {
        let attributes = outputs.keys.sorted()
        try await pool.execute(
            Self.insertOutputs,
            [
                .bytes(source.bytes), .text(system), .textArray(attributes),
                .textArray(attributes.map { (outputs[$0] ?? []).joined(separator: " ") }),
            ])
    }

    /// Records trees, encoded, of store paths that are recorded already.
    package func record(trees: [String: [UInt8]]) async throws {
        for (path, tree) in trees.sorted(by: { $0.key < $1.key }) {
            try await pool.execute(Self.insertTree, [.text(path), .bytes(tree)])
        }
    }

    /// The store paths that packages of a source install, none for one that it is known not to have; attributes that are not recorded are
    /// left out.
    package func outputs(source: Digest, system: String, attributes: [String]) async throws -> [String: [String]] {
        let rows = try await pool.rows(Self.selectOutputs, [.bytes(source.bytes), .text(system), .textArray(attributes)]) { row in
            (try row.text("attribute"), try row.textArray("outputs"))
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// Those of the outputs whose trees are recorded.
    package func trees(_ paths: [String]) async throws -> [String: [UInt8]] {
        let rows = try await pool.rows("SELECT path, tree FROM farm.path_trees WHERE path = ANY ($1::text[])", [.textArray(paths)]) { row in
            (try row.text("path"), try row.bytes("tree"))
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// All that the store paths need, as far as it is recorded, sorted by path. A reference to a path without a record shows that something
    /// is missing.
    package func closure(of paths: [String]) async throws -> [PathRecord] {
        try await pool.rows(Self.selectClosure, [.textArray(paths)]) { row in
            PathRecord(
                path: try row.text("path"), narHash: try row.text("nar_hash"), narSize: Int64(try row.int("nar_size")),
                references: try row.textArray("path_refs"))
        }
    }

    /// Publishes a pinned image that was composed from records, as the completion of a job does it.
    /// - Returns: `false`, with nothing changed, if one of its layers is not recorded any more.
    package func publish(_ image: PublishedImage, key: Digest, name: String) async throws -> Bool {
        try await pool.first(
            Self.publish,
            [
                .bytes(image.oci.digest.bytes), .bytes(image.oci.bytes), .optional(image.docker?.digest.bytes),
                .optional(image.docker?.bytes), .bytes(image.configDigest.bytes), .textArray(image.layerKeys.map(\.hex)),
                .bytes(key.bytes), .text(name), .int(image.layerKeys.count), .textArray(image.caveats),
            ]
        ) { row in try row.bool("published") } ?? false
    }

    private static let insertOutputs: SQLStatement = """
        INSERT INTO farm.package_outputs (source, system, attribute, outputs)
        SELECT $1, $2, attribute, string_to_array(paths, ' ') FROM unnest($3::text[], $4::text[]) AS given(attribute, paths)
        ORDER BY attribute ON CONFLICT DO NOTHING
        """
    private static let insertTree: SQLStatement = "INSERT INTO farm.path_trees (path, tree) VALUES ($1, $2) ON CONFLICT DO NOTHING"
    private static let selectOutputs: SQLStatement = """
        SELECT attribute, outputs FROM farm.package_outputs WHERE source = $1 AND system = $2 AND attribute = ANY ($3::text[])
        """
    private static let selectClosure: SQLStatement = """
        WITH RECURSIVE closure(path) AS (
            SELECT unnest($1::text[])
            UNION SELECT unnest(known.path_refs) FROM closure JOIN farm.store_paths known USING (path)
        )
        SELECT path, nar_hash, nar_size, path_refs FROM closure JOIN farm.store_paths USING (path) ORDER BY path COLLATE "C"
        """
    /// The layers' rows are locked, so that none is removed before the manifest names it.
    private static let publish: SQLStatement = """
        WITH known AS (
            SELECT given.position, l.layer_key, l.digest FROM unnest($6::text[]) WITH ORDINALITY AS given(hex, position)
            JOIN farm.layers l ON l.layer_key = decode(given.hex, 'hex') FOR KEY SHARE OF l
        ), complete AS (SELECT count(*) = $9 AS is FROM known), manifest AS (
            INSERT INTO farm.manifests (oci_digest, oci_bytes, docker_digest, docker_bytes, config_digest, image, caveats)
            SELECT $1, $2, $3, $4, $5, $8, $10 FROM complete WHERE complete.is ON CONFLICT DO NOTHING
        ), layer AS (
            INSERT INTO farm.manifest_layers (oci_digest, position, layer_key, digest)
            SELECT $1, position, layer_key, digest FROM known, complete WHERE complete.is ON CONFLICT DO NOTHING
        ), kept AS (
            INSERT INTO farm.cache_keys (build_key, oci_digest) SELECT $7, $1 FROM complete WHERE complete.is ON CONFLICT DO NOTHING
        ), outbox AS (
            INSERT INTO farm.outbox (path, kind, key) SELECT 'manifests/' || encode($7, 'hex'), 'manifest', $7
            FROM complete WHERE complete.is ON CONFLICT (path) DO UPDATE SET run_after = now()
        )
        SELECT complete.is AS published FROM complete
        """
}
