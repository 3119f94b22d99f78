import Logging
package import ObjectStorage
package import Postgres
import Queue

/// Removes images that nobody has asked for in a long time, and what only they needed: rows first, then `manifests/` and `builds/` in the store,
/// then blobs.
///
/// Safe while pulls and builds go on: a layer that a job has just taken has a young `last_used`, and whoever writes a blob takes it off the
/// list of the doomed first. Stopped anywhere it goes on the next time, since the list is in the database.
package struct BlobCollector: Sendable {
    /// What was, or would be, removed.
    package struct Summary: Hashable, Sendable {
        package var manifests = 0
        package var layers = 0
        /// Bytes of the removed layers in the store.
        package var layerBytes: Int64 = 0
        package var objects = 0

        package init() {}
    }

    private let pool: PostgresPool
    private let store: any ObjectStore
    private let progress: @Sendable (Summary) -> Void

    private static let batch = 200

    /// - Parameter progress: told after each batch.
    package init(pool: PostgresPool, store: any ObjectStore, progress: @escaping @Sendable (Summary) -> Void = { _ in }) {
        self.pool = pool
        self.store = store
        self.progress = progress
    }

    /// - Parameters:
    ///   - age: images not asked for in this time go.
    ///   - grace: layers that a build took in this time stay: longer than any job lasts.
    /// - Throws: `PostgresError`, `StorageError`; what was removed by then stays removed, the rest is taken up by the next call.
    package func collect(olderThan age: Duration, grace: Duration) async throws -> Summary {
        var summary = Summary()
        while let manifests = try await doomManifests(age), manifests > 0 {
            summary.manifests += manifests
            progress(summary)
        }
        while let (layers, bytes) = try await doomLayers(grace), layers > 0 {
            summary.layers += layers
            summary.layerBytes += bytes
            progress(summary)
        }
        while case let paths = try await pool.rows(Self.next, [.int(Self.batch)], { try $0.text("path") }), !paths.isEmpty {
            for path in paths where try await remove(path) { summary.objects += 1 }
            progress(summary)
        }
        return summary
    }

    /// What ``collect(olderThan:grace:)`` would remove.
    package func survey(olderThan age: Duration, grace: Duration) async throws -> Summary {
        try await pool.first(Self.survey, [.double(age.inSeconds), .double(grace.inSeconds)]) { row in
            var summary = Summary()
            summary.manifests = try row.int("manifests")
            summary.layers = try row.int("layers")
            summary.layerBytes = Int64(try row.int("bytes"))
            summary.objects = try row.int("objects")
            return summary
        } ?? Summary()
    }

    private func doomManifests(_ age: Duration) async throws -> Int? {
        try await pool.first(Self.doomManifests, [.double(age.inSeconds), .int(Self.batch)]) { row in try row.int("manifests") }
    }

    private func doomLayers(_ grace: Duration) async throws -> (Int, Int64)? {
        try await pool.first(Self.doomLayers, [.double(grace.inSeconds), .int(Self.batch)]) { row in
            (try row.int("layers"), Int64(try row.int("bytes")))
        }
    }

    /// - Returns: `false` if somebody has taken it off the list meanwhile.
    private func remove(_ path: String) async throws -> Bool {
        guard try await pool.execute(Self.begin, [.text(path)]) > 0 else { return false }
        if let name = ObjectName(path: path) { try await store.delete(name) }
        try await pool.execute("DELETE FROM farm.doomed WHERE path = $1", [.text(path)])
        return true
    }

    private static let doomManifests: SQLStatement = """
        WITH old AS (
            SELECT oci_digest FROM farm.manifests WHERE last_asked < now() - make_interval(secs => $1)
            ORDER BY last_asked LIMIT $2 FOR UPDATE SKIP LOCKED
        ), names AS (
            SELECT build_key FROM farm.cache_keys WHERE oci_digest IN (SELECT oci_digest FROM old)
        ), gone AS (
            DELETE FROM farm.manifests m USING old WHERE m.oci_digest = old.oci_digest
            RETURNING m.oci_digest, m.docker_digest, m.config_digest, octet_length(m.oci_bytes) AS size
        ), doomed AS (
            INSERT INTO farm.doomed (path, size)
            SELECT 'manifests/' || encode(build_key, 'hex'), 0 FROM names
            UNION SELECT 'layers/' || encode(oci_digest, 'hex'), size FROM gone
            UNION SELECT 'layers/' || encode(docker_digest, 'hex'), size FROM gone WHERE docker_digest IS NOT NULL
            UNION SELECT 'layers/' || encode(config_digest, 'hex'), size FROM gone WHERE NOT EXISTS (
                SELECT FROM farm.manifests other WHERE other.config_digest = gone.config_digest
                    AND other.oci_digest NOT IN (SELECT oci_digest FROM old))
            ON CONFLICT DO NOTHING
        )
        SELECT count(*) AS manifests FROM gone
        """

    private static let doomLayers: SQLStatement = """
        WITH old AS (
            SELECT layer_key FROM farm.layers l WHERE last_used < now() - make_interval(secs => $1)
                AND NOT EXISTS (SELECT FROM farm.manifest_layers named WHERE named.digest = l.digest)
            ORDER BY last_used LIMIT $2 FOR UPDATE SKIP LOCKED
        ), gone AS (
            DELETE FROM farm.layers l USING old WHERE l.layer_key = old.layer_key RETURNING l.layer_key, l.digest, l.size
        ), doomed AS (
            INSERT INTO farm.doomed (path, size)
            SELECT 'builds/' || encode(layer_key, 'hex'), 0 FROM gone
            UNION SELECT 'layers/' || encode(digest, 'hex'), size FROM gone WHERE NOT EXISTS (
                SELECT FROM farm.layers other WHERE other.digest = gone.digest AND other.layer_key NOT IN (SELECT layer_key FROM old))
            ON CONFLICT DO NOTHING
        )
        SELECT count(*) AS layers, COALESCE(sum(size), 0)::bigint AS bytes FROM gone
        """

    /// Names before blobs, so that nothing in the store ever names what is not there.
    private static let next: SQLStatement = """
        SELECT path FROM farm.doomed WHERE deleting_since IS NULL OR deleting_since < now() - interval '5 minutes'
        ORDER BY path LIKE 'layers/%', path LIMIT $1
        """
    private static let begin: SQLStatement = """
        UPDATE farm.doomed SET deleting_since = now()
        WHERE path = $1 AND (deleting_since IS NULL OR deleting_since < now() - interval '5 minutes')
        """

    private static let survey: SQLStatement = """
        WITH old AS (SELECT oci_digest FROM farm.manifests WHERE last_asked < now() - make_interval(secs => $1)),
        layers AS (
            SELECT size FROM farm.layers l WHERE last_used < now() - make_interval(secs => $2) AND NOT EXISTS (
                SELECT FROM farm.manifest_layers named WHERE named.digest = l.digest AND named.oci_digest NOT IN (SELECT oci_digest FROM old))
        )
        SELECT (SELECT count(*) FROM old) AS manifests, (SELECT count(*) FROM layers) AS layers,
            (SELECT COALESCE(sum(size), 0)::bigint FROM layers) AS bytes, (SELECT count(*) FROM farm.doomed) AS objects
        """
}
