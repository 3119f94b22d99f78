import Assembly
import Hummingbird
import HummingbirdCore
package import Logging
import ObjectStorage
import Operations
import PopularityData
package import Postgres
import Publication
import Queue
import Records
import ServiceLifecycle
import UnixSignals

/// A frontend, put together: database, waiters, HTTP server, stopped together.
package struct Frontend: Sendable {
    package let settings: FrontendSettings
    package let database: PostgresConfiguration
    package let logger: Logger

    package init(settings: FrontendSettings, database: PostgresConfiguration, logger: Logger) {
        self.settings = settings
        self.database = database
        self.logger = logger
    }

    /// Serves until the process is told to stop (SIGTERM, SIGINT).
    /// - Throws: what kept it from starting.
    package func run() async throws {
        OpenFiles.raiseLimit()
        let layering = try await settings.layering.pinned()
        let store = try settings.storage.open(environment: { ProcessEnvironment.value($0) }, logger: logger)
        let pool = try PostgresPool(database.withApplicationName("nixery-frontend"), size: settings.connections, logger: logger)
        let listener = try PostgresListener(
            database.withApplicationName("nixery-frontend"), channels: [JobQueue.doneChannel], logger: logger)
        let queue = JobQueue(pool: pool, times: settings.times)
        let identity = FrontendIdentity(
            id: ProcessIdentity.make(), host: ProcessIdentity.host, process: ProcessIdentity.process, version: farmVersion)
        let waiters = BuildWaiters(frontend: identity, queue: queue, listener: listener, wait: settings.wait, logger: logger)
        let records = Records(pool: pool)
        // Before the first recipe names it.
        if let popularity = layering.popularity { try await records.record(popularity: popularity.bytes, digest: popularity.digest) }
        try await StoreIdentity.check(store, pool)
        let library = ManifestLibrary(pool: pool, store: store, logger: logger)
        let manifests = ManifestService(
            resolver: SourceResolver(settings.source, resolutions: Resolutions(pool: pool, times: settings.resolution)),
            library: library,
            assembler: ImageAssembler(pool: pool, store: store),
            queue: queue,
            waiters: waiters,
            layering: layering.layering,
            packing: settings.packing,
            relays: settings.relays
        )
        let responder = RegistryResponder(
            manifests: manifests,
            blobs: BlobRoutes(store: store, library: library),
            jobs: JobPages(queue: queue),
            health: Health(pool: pool, store: store),
            policy: settings.policy
        )
        let server = Application(
            responder: responder,
            // Clients in Go put a connection away after 90 s; the side that is to use it next should be the one that closes it.
            server: .http1(configuration: HTTP1Channel.Configuration(idleTimeout: .seconds(120))),
            configuration: ApplicationConfiguration(address: .hostname(settings.host, port: settings.port), serverName: "nixery-farm"),
            logger: logger
        )
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    pool, listener,
                    QueueSweeper(queue: queue, keep: settings.jobMemory, logger: logger),
                    Outbox(pool: pool, store: store, times: settings.times, logger: logger),
                    AskedWriter(library: library, logger: logger),
                    LeftoverSweeper(store: store, logger: logger),
                    server,
                    // Stopped before the server, which waits for its answers: whoever waits for a build is handed on at once.
                    waiters,
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
    }
}
