import ArgumentParser
import Glibc
import Logging
import Nix
import ObjectStorage
import Operations
import Pipeline
import Postgres
import Queue
import Records
import ServiceLifecycle
import UnixSignals

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Claim jobs from the database and build them until stopped.",
        discussion: """
            Needs DATABASE_URL (or PGHOST, PGDATABASE, ...), STORAGE_PATH, Nix, and nixery-prepare-image and nixery-guard on PATH. \
            NIXERY_WORKER_SLOTS (2) jobs are built at once; NIX_TIMEOUT (60) bounds each builder in seconds.
            """
    )

    func run() async throws {
        let settings = try WorkerSettings(Settings(ProcessEnvironment.value))
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: .info) }
        let logger = Logger(label: "worker")
        let database = try PostgresConfiguration().withApplicationName("nixery-worker")
        guard try await Migrator.load(directory: settings.migrations).pending(database).isEmpty else {
            throw SettingsError("the database's schema is older than this program: run 'nixery-frontend migrate' first")
        }
        // Its layers are valid all the same: the first record of a layer is what every image names.
        for difference in SelfCheck.differences() { logger.warning("\(difference)") }
        let store = try DirectoryStore(root: settings.storagePath)
        let nix = NixTool(settings: settings.nix, logger: logger)
        let identity = WorkerIdentity(
            id: "\(Self.host):\(getpid()):\(String(UInt32.random(in: .min ... .max), radix: 36))",
            host: Self.host,
            process: Int(getpid()),
            systems: try await nix.systems(),
            slots: settings.slots,
            version: farmVersion
        )
        let pool = try PostgresPool(database, size: 2, logger: logger)
        let beat = settings.times.heartbeat / 2
        let heartbeats = try PostgresPool(
            database, settings: PostgresPoolSettings(size: 1, acquisitionTimeout: beat, callTimeout: beat), logger: logger)
        let listener = try PostgresListener(database, channels: [JobQueue.workChannel], logger: logger)
        let worker = WorkerService(
            identity: identity,
            queue: JobQueue(pool: pool, times: settings.times),
            heartbeats: JobQueue(pool: heartbeats, times: settings.times),
            listener: listener,
            builder: ImageBuilder(nix: nix, store: store, ledger: Records(pool: pool), rootsDirectory: settings.stateDirectory),
            logger: logger
        )
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [pool, heartbeats, listener, worker],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
    }

    private static var host: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
