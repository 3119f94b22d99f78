package import Hashing
import Postgres
import Registry

/// What happens to manifests beside their being published: they come back from the store, are asked for, and lose a blob.
extension Records {
    /// Records a pinned image that was found in the store. What is recorded already stays.
    package func restore(
        oci: StoredManifest, docker: StoredManifest?, configDigest: Digest, layers: [Digest], key: Digest, image: String
    ) async throws {
        try await pool.execute(
            Self.restore,
            [
                .bytes(oci.digest.bytes), .bytes(oci.bytes), .optional(docker?.digest.bytes), .optional(docker?.bytes),
                .bytes(configDigest.bytes), .textArray(layers.map(\.hex)), .bytes(key.bytes), .text(image),
            ]
        )
    }

    /// Says that images were asked for, in whichever form.
    package func touch(_ digests: [Digest]) async throws {
        try await pool.execute(Self.touch, [.textArray(digests.map(\.hex))])
    }

    /// Drops every record that names a blob.
    /// - Returns: whether there was one.
    package func forget(_ blob: Digest) async throws -> Bool {
        let manifests = try await pool.execute(Self.forgetManifests, [.bytes(blob.bytes)])
        let layers = try await pool.execute(Self.forgetLayers, [.bytes(blob.bytes)])
        return manifests + layers > 0
    }

    private static let restore: SQLStatement = """
        WITH manifest AS (
            INSERT INTO farm.manifests (oci_digest, oci_bytes, docker_digest, docker_bytes, config_digest, image)
            VALUES ($1, $2, $3, $4, $5, $8) ON CONFLICT DO NOTHING
        ), layer AS (
            INSERT INTO farm.manifest_layers (oci_digest, position, digest)
            SELECT $1, position, decode(hex, 'hex') FROM unnest($6::text[]) WITH ORDINALITY AS given(hex, position) ON CONFLICT DO NOTHING
        )
        INSERT INTO farm.cache_keys (build_key, oci_digest) VALUES ($7, $1) ON CONFLICT DO NOTHING
        """
    /// Once an hour is enough, and keeps the row from being written at every pull.
    private static let touch: SQLStatement = """
        WITH asked AS (SELECT decode(hex, 'hex') AS digest FROM unnest($1::text[]) AS given(hex))
        UPDATE farm.manifests SET last_asked = now()
        WHERE (oci_digest IN (SELECT digest FROM asked) OR docker_digest IN (SELECT digest FROM asked))
            AND last_asked < now() - interval '1 hour'
        """
    private static let forgetManifests: SQLStatement = """
        DELETE FROM farm.manifests WHERE config_digest = $1 OR oci_digest IN (
            SELECT oci_digest FROM farm.manifest_layers WHERE digest = $1)
        """
    private static let forgetLayers: SQLStatement = """
        DELETE FROM farm.layers WHERE digest = $1 AND NOT EXISTS (
            SELECT FROM farm.manifest_layers named WHERE named.layer_key = layers.layer_key)
        """
}
