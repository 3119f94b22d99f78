import Hashing
package import Logging
package import ObjectStorage
package import Postgres
package import Queue
import Records
import Registry
import ServiceLifecycle

/// Writes to the store what the database has committed: `manifests/<cache key>` and `builds/<layer key>`, so that a farm whose database was
/// lost serves again. Whoever is free does it; a process that dies in the middle leaves the entry to the next.
package struct Outbox: Service {
    private let pool: PostgresPool
    private let store: any ObjectStore
    private let times: QueueTimes
    private let logger: Logger

    package init(pool: PostgresPool, store: any ObjectStore, times: QueueTimes, logger: Logger) {
        self.pool = pool
        self.store = store
        self.times = times
        self.logger = logger
    }

    /// Sweeps now and then, until the graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    while try await sweep() > 0 {}
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("cannot write to the store what was published", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: times.reap * Double.random(in: 0.9...1.1))
            }
        }
    }

    /// Writes a batch.
    /// - Returns: how many entries were due.
    @discardableResult
    package func sweep() async throws -> Int {
        let entries = try await pool.rows(Self.claim) { row in try Entry(row: row) }
        for entry in entries {
            // An object that is just being removed is written in a minute.
            guard let name = ObjectName(path: entry.path), try await Doom(pool: pool).lift([entry.path]) else { continue }
            if let (bytes, type) = entry.content {
                _ = try await store.put(bytes, as: name, contentType: type, ifAbsent: false)
            }
            try await pool.execute("DELETE FROM farm.outbox WHERE path = $1", [.text(entry.path)])
        }
        return entries.count
    }

    private struct Entry: Sendable {
        let path: String
        /// `nil` if what was to be written is gone from the database.
        let content: (bytes: [UInt8], type: String)?

        init(row: borrowing PostgresRow) throws {
            path = try row.text("path")
            if let manifest = try row.optionalBytes("manifest") {
                content = (manifest, MediaType.ociManifest)
            } else if try row.optionalBytes("layer_key") != nil, let layer = try LayerRecord(row: row) {
                content = (LayerRecordObject.bytes(layer), LayerRecordObject.contentType)
            } else {
                content = nil
            }
        }
    }

    private static let claim: SQLStatement = """
        WITH due AS (
            UPDATE farm.outbox SET attempt = attempt + 1, run_after = now() + make_interval(secs => 30 * power(2, LEAST(attempt, 6)))
            WHERE path = ANY (ARRAY(
                SELECT path FROM farm.outbox WHERE run_after <= now() ORDER BY run_after LIMIT 50 FOR UPDATE SKIP LOCKED))
            RETURNING path, kind, key
        )
        SELECT due.path, m.oci_bytes AS manifest, l.layer_key, l.digest, l.diff_id, l.size, l.uncompressed_size, l.codec
        FROM due
        LEFT JOIN farm.cache_keys k ON due.kind = 'manifest' AND k.build_key = due.key
        LEFT JOIN farm.manifests m ON m.oci_digest = k.oci_digest
        LEFT JOIN farm.layers l ON due.kind = 'layer' AND l.layer_key = due.key
        """
}
