import ArgumentParser
import Logging
import Nix
import ObjectStorage
import Operations
import Pipeline
import Postgres
import Publication
import Queue
import Records
import ServiceLifecycle
import Signals
import UnixSignals

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Claim jobs from the database and build them until stopped.",
        discussion: """
            Needs DATABASE_URL (or PGHOST, PGDATABASE, ...), a store (NIXERY_STORAGE_BACKEND, STORAGE_PATH, ...), Nix, and nixery-prepare-image and nixery-guard on PATH. \
            NIXERY_WORKER_SLOTS (2) jobs are built at once; NIX_TIMEOUT (60) bounds each builder in seconds.
            """
    )

    func run() async throws {
        let environment = try Settings.withSecretFiles(ProcessEnvironment.value)
        let settings = try WorkerSettings(environment)
        BrokenPipes.failWrites()
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: .info) }
        let logger = Logger(label: "worker")
        let database = try PostgresConfiguration(environment: environment.string).withApplicationName("nixery-worker")
        guard try await Migrator.load(directory: settings.migrations).pending(database).isEmpty else {
            throw SettingsError("the database's schema is older than this program: run 'nixery-frontend migrate' first")
        }
        let store = try settings.storage.open(environment: { ProcessEnvironment.value($0) }, logger: logger)
        // Its layers are valid all the same: the first record of a layer is what every image names.
        for difference in SelfCheck.differences() { logger.warning("\(difference)") }
        let nix = NixTool(settings: settings.nix, logger: logger)
        let pool = try PostgresPool(database, size: 2, logger: logger)
        try await StoreIdentity.check(store, pool)
        let abilities = try await nix.abilities()
        let identity = WorkerIdentity(
            id: ProcessIdentity.make(),
            host: ProcessIdentity.host,
            process: ProcessIdentity.process,
            systems: abilities.systems,
            slots: settings.slots,
            version: farmVersion,
            features: abilities.features
        )
        let beat = settings.times.heartbeat / 2
        let heartbeats = try PostgresPool(
            database, settings: PostgresPoolSettings(size: 1, acquisitionTimeout: beat, callTimeout: beat), logger: logger)
        let listener = try PostgresListener(database, channels: [JobQueue.workChannel, JobQueue.controlChannel], logger: logger)
        let queue = JobQueue(pool: pool, times: settings.times)
        let builder = ImageBuilder(
            nix: nix,
            store: store,
            ledger: StoredLedger(records: Records(pool: pool), store: store, pool: pool),
            rootsDirectory: settings.stateDirectory
        )
        let worker = WorkerService(
            identity: identity,
            queue: queue,
            heartbeats: JobQueue(pool: heartbeats, times: settings.times),
            listener: listener,
            drain: settings.drain,
            logger: logger
        ) { recipe, rootName, observer in
            try await builder.build(recipe, rootName: rootName, observer: observer)
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    pool, heartbeats, listener,
                    QueueSweeper(queue: queue, keep: settings.jobMemory, logger: logger),
                    Outbox(pool: pool, store: store, times: settings.times, logger: logger),
                    worker,
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
    }
}
