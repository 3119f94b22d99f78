import FrontendServer
import Glibc
import Hashing
import Hummingbird
import HummingbirdTesting
import Logging
import ObjectStorage
import Operations
import Postgres
import Queue
import Records
import Registry
import ServiceLifecycle
import TestSupport

/// A frontend on a fresh database and store; a worker is played by the test.
struct RegistryFixture {
    let queue: JobQueue
    let records: Records
    let store: DirectoryStore
    let manifests: ManifestService
    let application: Application<RegistryResponder>
    let worker = WorkerIdentity(id: "w", host: "h", process: 1, systems: ["x86_64-linux"], slots: 4, version: "test")

    init(
        source: PackageSourceSetting = .path("/srv/set"), packing: Recipe.Packing = .gzip, wait: Duration = .seconds(30)
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let migrations = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/Migrations"
        let database = try await TemporaryPostgres.shared.database(migrations: migrations)
        let pool = try PostgresPool(database, size: 4, logger: logger)
        let listener = try PostgresListener(database, channels: [JobQueue.doneChannel], logger: logger)
        queue = JobQueue(pool: pool, times: QueueTimes())
        records = Records(pool: pool)
        store = try DirectoryStore(root: "/tmp/nixery-frontend-\(getpid())-\(UInt32.random(in: .min ... .max))")
        let waiters = BuildWaiters(queue: queue, listener: listener, logger: logger)
        manifests = ManifestService(
            resolver: SourceResolver(source, memory: .seconds(60)),
            records: records,
            waiters: waiters,
            layering: Recipe.Layering(strategy: "dominators", budget: 94),
            packing: packing,
            wait: wait
        )
        let responder = RegistryResponder(
            manifests: manifests,
            blobs: BlobRoutes(store: store),
            jobs: JobPages(queue: queue),
            health: Health(pool: pool, store: store)
        )
        application = Application(responder: responder, services: [pool, listener, waiters], logger: logger)
        try await queue.register(worker)
    }

    /// Claims the next job, waiting for it.
    func claim() async throws -> ClaimedJob {
        while true {
            if let job = try await queue.claim(worker, limit: 1).first { return job }
            await Task.yield()
        }
    }

    func image(caveats: [String] = []) async throws -> PublishedImage {
        let layer = try SHA256.digest(of: [1])
        let descriptor = LayerDescriptor(digest: layer, size: 1, diffID: layer, codec: "gzip")
        _ = try await records.record(LayerRecord(key: layer, descriptor: descriptor, uncompressedSize: 1))
        let manifest = ImageManifest(configDigest: layer, configSize: 1, layers: [descriptor])
        func stored(_ format: ManifestFormat) throws -> StoredManifest {
            let bytes = manifest.bytes(format) ?? []
            return StoredManifest(digest: try SHA256.digest(of: bytes), format: format, bytes: bytes)
        }
        return PublishedImage(
            oci: try stored(.oci), docker: try stored(.docker), configDigest: layer, layerKeys: [layer], caveats: caveats)
    }
}
