import Hashing
import Logging
import Postgres
import Queue
import Records
import Registry
import TestSupport

/// A queue on a fresh database, with times short enough to wait for.
struct QueueFixture {
    let queue: JobQueue
    let records: Records
    let pool: PostgresPool

    init(_ change: (inout QueueTimes) -> Void = { _ in }) async throws {
        var times = QueueTimes()
        change(&times)
        let configuration = try await TemporaryPostgres.shared.database(migrations: "Migrations")
        pool = try PostgresPool(configuration, size: 4, logger: Logger(label: "test"))
        queue = JobQueue(pool: pool, times: times)
        records = Records(pool: pool)
    }

    static func recipe(_ name: String = "hello", source: PackageSource = .path("/srv/set")) throws -> Recipe {
        Recipe(
            source: source,
            name: try ImageName(parsing: name),
            layering: Recipe.Layering(strategy: "dominators", budget: 94),
            packing: Recipe.Packing(version: 1, codec: "gzip", level: 1)
        )
    }

    static let pinned = PackageSource.git(url: "https://example.org/set", revision: String(repeating: "a", count: 40))

    func request(
        _ recipe: Recipe, waiter: String? = nil, priority: BuildRequest.Priority = .pull, isDetached: Bool = false
    ) async throws -> BuildOutcome {
        let request = BuildRequest(recipe: recipe, key: try recipe.buildKey(), image: "hello", priority: priority, isDetached: isDetached)
        return try await queue.request(request, waiter: waiter)
    }

    func worker(_ id: String = "w1", systems: [String] = ["x86_64-linux"]) async throws -> WorkerIdentity {
        let worker = WorkerIdentity(id: id, host: "host", process: 1, systems: systems, slots: 4, version: "test")
        try await queue.register(worker)
        return worker
    }

    /// Records a layer and gives an image of it.
    func image(_ seed: String = "image") async throws -> PublishedImage {
        let digest = try SHA256.digest(of: Array(seed.utf8))
        let descriptor = LayerDescriptor(digest: digest, size: 3, diffID: digest, codec: "gzip")
        _ = try await records.record(LayerRecord(key: digest, descriptor: descriptor, uncompressedSize: 7))
        return PublishedImage(
            oci: StoredManifest(digest: digest, format: .oci, bytes: Array("{}".utf8)),
            docker: nil,
            configDigest: digest,
            layerKeys: [digest]
        )
    }

    func execute(_ sql: String) async throws { try await pool.execute(SQLStatement(sql)) }

    /// One value of a query, for looking at what was written.
    func value(_ sql: String) async throws -> String? {
        try await pool.first(SQLStatement(sql)) { row in try row.text("value") }
    }
}
