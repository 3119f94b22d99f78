package import Hashing
package import ObjectStorage
package import Postgres
package import Records
import Registry

/// Layers as the database knows them, and as the store remembers them for a database that was lost.
package struct StoredLedger: Sendable {
    private let records: Records
    private let store: any ObjectStore
    private let doom: Doom

    /// Looks in the store at once.
    private static let concurrency = 16

    package init(records: Records, store: any ObjectStore, pool: PostgresPool) {
        self.records = records
        self.store = store
        doom = Doom(pool: pool)
    }

    /// The records of those of `keys` that are known. Whatever is given here is not removed for a while.
    package func layers(_ keys: [Digest]) async throws -> [Digest: LayerRecord] {
        var known = try await records.layers(keys)
        let unknown = keys.filter { known[$0] == nil }
        for start in stride(from: 0, to: unknown.count, by: Self.concurrency) {
            try await withThrowingTaskGroup(of: LayerRecord?.self) { group in
                for key in unknown[start..<min(start + Self.concurrency, unknown.count)] {
                    group.addTask { try await restore(key) }
                }
                for try await record in group { if let record { known[record.key] = record } }
            }
        }
        return known
    }

    package func record(_ layer: LayerRecord) async throws -> LayerRecord { try await records.record(layer) }

    /// Popularity data that a recipe names.
    package func popularity(_ digest: Digest) async throws -> [UInt8]? { try await records.popularity(digest) }

    package func record(_ paths: [PathRecord]) async throws -> [PathRecord] { try await records.record(paths) }

    package func trees(_ outputs: [String]) async throws -> [String: [UInt8]] { try await records.trees(outputs) }

    package func record(trees: [String: [UInt8]]) async throws { try await records.record(trees: trees) }

    package func record(outputs: [String: [String]], source: Digest, system: String) async throws {
        try await records.record(outputs: outputs, source: source, system: system)
    }

    /// Waits until none of these blobs is being removed, and keeps them from being removed: call it before storing them.
    package func reserve(_ digests: [Digest]) async throws {
        while try await !doom.lift(digests.map { ObjectName.blob($0).path }) { try await Task.sleep(for: .milliseconds(500)) }
    }

    private func restore(_ key: Digest) async throws -> LayerRecord? {
        guard let bytes = try await store.get(.build(key), limit: 4096), let record = LayerRecordObject.record(bytes), record.key == key
        else { return nil }
        try await reserve([record.descriptor.digest])
        guard let info = try await store.stat(.blob(record.descriptor.digest)), info.size == record.descriptor.size else { return nil }
        return try await records.record(record)
    }
}
