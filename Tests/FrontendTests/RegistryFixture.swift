import Assembly
import FrontendServer
import Glibc
import Hashing
import Hummingbird
import HummingbirdTesting
import Logging
import ObjectStorage
import Operations
import Postgres
import Publication
import Queue
import Records
import Registry
import ServiceLifecycle
import TestSupport

/// A frontend on a fresh database and store; a worker is played by the test.
struct RegistryFixture {
    let queue: JobQueue
    let pool: PostgresPool
    let database: PostgresConfiguration
    let waiters: BuildWaiters
    let library: ManifestLibrary
    let records: Records
    let store: DirectoryStore
    let manifests: ManifestService
    let application: Application<RegistryResponder>
    let worker = WorkerIdentity(id: "w", host: "h", process: 1, systems: ["x86_64-linux"], slots: 4, version: "test")

    init(
        source: PackageSourceSetting = .path("/srv/set"), policy: PackagePolicy = .everything, packing: Recipe.Packing = .gzip,
        wait: Duration = .seconds(30),
        relays: Bool = false, patience: Duration = .seconds(60),
        database given: PostgresConfiguration? = nil
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        database = if let given { given } else { try await TemporaryPostgres.shared.database(migrations: "Migrations") }
        pool = try PostgresPool(database, size: 4, logger: logger)
        let listener = try PostgresListener(database, channels: [JobQueue.doneChannel], logger: logger)
        queue = JobQueue(pool: pool, times: QueueTimes())
        records = Records(pool: pool)
        store = try DirectoryStore(root: TestProcess.temporaryDirectory())
        let frontend = FrontendIdentity(id: "frontend", host: "h", process: 2, version: "test")
        waiters = BuildWaiters(frontend: frontend, queue: queue, listener: listener, wait: wait, logger: logger)
        library = ManifestLibrary(pool: pool, store: store, logger: logger)
        manifests = ManifestService(
            resolver: SourceResolver(source, resolutions: Resolutions(pool: pool, times: ResolutionTimes())),
            library: library,
            assembler: ImageAssembler(pool: pool, store: store),
            queue: queue,
            waiters: waiters,
            layering: Recipe.Layering(strategy: "closure", budget: 94),
            packing: packing,
            relays: relays
        )
        let responder = RegistryResponder(
            manifests: manifests,
            blobs: BlobRoutes(store: store, library: library, patience: patience),
            jobs: JobPages(queue: queue),
            health: Health(pool: pool, store: store),
            policy: policy
        )
        application = Application(responder: responder, services: [pool, listener, waiters], logger: logger)
        if given == nil { try await queue.register(worker) }
    }

    /// Claims the next job, waiting for it.
    func claim() async throws -> ClaimedJob {
        while true {
            if let job = try await queue.claim(worker, limit: 1).first { return job }
            try await nextTurn()
        }
    }

    /// One value of a query.
    func value(_ sql: String) async throws -> String? {
        try await pool.first(SQLStatement(sql)) { row in try row.text("value") }
    }

    func execute(_ sql: String) async throws { try await pool.execute(SQLStatement(sql)) }

    /// Asks until a query gives the value.
    func until(_ sql: String, is wanted: String) async throws {
        while try await value(sql) != wanted { try await nextTurn() }
    }

    /// A look at the database after the frontend has ended.
    func withPool(_ body: (PostgresPool) async throws -> Void) async throws {
        try await body(PostgresPool(database, size: 1, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
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
