import Composition
import Glibc
import Hashing
import Logging
import ObjectStorage
import Postgres
import Publication
import Queue
import Records
import Registry
import TestSupport

/// A database and a directory store in which images are published as a worker does it.
struct PublicationFixture {
    let pool: PostgresPool
    let queue: JobQueue
    let records: Records
    let store: any ObjectStore
    /// The store's directory.
    let root: String
    let ledger: StoredLedger
    let library: ManifestLibrary
    let outbox: Outbox
    let worker = WorkerIdentity(id: "w", host: "h", process: 1, systems: ["x86_64-linux"], slots: 4, version: "test")

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// - Parameter store: the directory of another fixture's store, for a second database on the same store.
    init(store given: String? = nil) async throws {
        let database = try await TemporaryPostgres.shared.database(migrations: "Migrations")
        pool = try PostgresPool(database, size: 4, logger: Self.logger)
        queue = JobQueue(pool: pool, times: QueueTimes())
        records = Records(pool: pool)
        root = try given ?? TestProcess.temporaryDirectory()
        store = try DirectoryStore(root: root)
        ledger = StoredLedger(records: records, store: store, pool: pool)
        library = ManifestLibrary(pool: pool, store: store, logger: Self.logger)
        outbox = Outbox(pool: pool, store: store, times: queue.times, logger: Self.logger)
        try await queue.register(worker)
    }

    static func recipe(_ name: String, revision: Character = "a") throws -> Recipe {
        Recipe(
            source: .git(url: "https://example.org/set", revision: String(repeating: revision, count: 40)),
            name: try ImageName(parsing: name),
            layering: Recipe.Layering(strategy: "closure", budget: 94),
            packing: Recipe.Packing(version: 1, codec: "gzip", level: 1)
        )
    }

    /// Stores and records a layer of some text.
    func layer(_ text: String) async throws -> LayerRecord {
        let digest = try SHA256.digest(of: Array(text.utf8))
        try await ledger.reserve([digest])
        try await store.put(Array(text.utf8), as: digest)
        let descriptor = LayerDescriptor(digest: digest, size: Int64(text.utf8.count), diffID: digest, codec: "gzip")
        return try await ledger.record(
            LayerRecord(key: SHA256.digest(of: Array("key of \(text)".utf8)), descriptor: descriptor, uncompressedSize: 10))
    }

    /// Publishes an image of such layers.
    func publish(_ recipe: Recipe, layers: [String]) async throws -> PublishedImage {
        let parts = try await layers.asyncMap { ComposedImage.Part(record: try await layer($0), comment: $0) }
        let composed = try ComposedImage(recipe: recipe, parts: parts)
        try await store.put(composed.config, as: composed.image.configDigest)
        for manifest in [composed.image.oci, composed.image.docker].compactMap(\.self) {
            try await store.put(manifest.bytes, as: manifest.digest)
        }
        _ = try await queue.request(BuildRequest(recipe: recipe, key: recipe.buildKey(), image: "image"))
        guard let job = try await queue.claim(worker, limit: 1).first, try await queue.complete(job.lease, composed.image) else {
            throw TestFailure()
        }
        return composed.image
    }

    func sweep() async throws { while try await outbox.sweep() > 0 {} }

    func isStored(_ name: ObjectName) async throws -> Bool { try await store.stat(name) != nil }

    func execute(_ sql: String) async throws { try await pool.execute(SQLStatement(sql)) }

    func value(_ sql: String) async throws -> String? { try await pool.first(SQLStatement(sql)) { row in try row.text("value") } }

    struct TestFailure: Error {}
}

extension Array {
    func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
