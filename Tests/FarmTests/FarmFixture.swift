import Assembly
import FrontendServer
import Glibc
import Hashing
import Hummingbird
import HummingbirdTesting
import Logging
import ObjectStorage
import Operations
import Pipeline
import Postgres
import Publication
import Queue
import Records
import Registry
import ServiceLifecycle
import StandIn
import TestSupport

/// A whole farm in one process, on a PostgreSQL of its own: frontends, workers and sweepers as the programs put them together; only Nix has
/// a stand-in. All connections go over a line that can be cut.
struct FarmFixture {
    let server = TemporaryPostgres()
    let line: CutLine
    /// Over the line.
    let database: PostgresConfiguration
    /// Without the line, for programs: all but the host.
    private let databaseParameters: String
    /// The host, for those that have no network of their own.
    private let socketDirectory: String
    /// The tests' own way to the server.
    let direct: PostgresPool
    let store: DirectoryStore
    let builder: StandInBuilder
    let times: QueueTimes
    /// What should never be seen is printed; outages are told as warnings, and made here on purpose.
    let logger = Logger(label: "farm") { label in
        var handler = StreamLogHandler.standardError(label: label)
        handler.logLevel = .error
        return handler
    }

    private static let migrations = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/Migrations"

    init(seed: UInt64, longestPhase: Duration = .milliseconds(20), _ change: (inout QueueTimes) -> Void = { _ in }) async throws {
        var times = QueueTimes()
        times.lease = .seconds(5)
        times.heartbeat = .milliseconds(500)
        times.giveUp = .seconds(3)
        times.poll = .milliseconds(200)
        times.reap = .milliseconds(500)
        times.retryDelay = .milliseconds(200)
        change(&times)
        self.times = times
        let database = try await server.database(migrations: "Migrations")
        (line, self.database) = try await server.line(to: database)
        databaseParameters = "dbname=\(database.parameters["dbname"] ?? "") user=postgres"
        socketDirectory = try await server.directory
        direct = try PostgresPool(database, size: 1, logger: logger)
        store = try DirectoryStore(root: TestProcess.temporaryDirectory())
        builder = StandInBuilder(store: store, seed: seed, longest: longestPhase)
    }

    /// A frontend as `nixery-frontend serve` makes it.
    /// - Parameter listens: whether it hears notifications.
    func frontend(_ id: String, listens: Bool = true, connections: Int = 4) throws -> Application<RegistryResponder> {
        let pool = try PostgresPool(database, size: connections, logger: logger)
        let listener = try PostgresListener(database, channels: [listens ? JobQueue.doneChannel : "nothing"], logger: logger)
        let queue = JobQueue(pool: pool, times: times)
        let identity = FrontendIdentity(id: id, host: "h", process: 1, version: "test")
        let waiters = BuildWaiters(frontend: identity, queue: queue, listener: listener, wait: .seconds(5), logger: logger)
        let library = ManifestLibrary(pool: pool, store: store, logger: logger)
        let manifests = ManifestService(
            resolver: SourceResolver(.git(url: "/nowhere"), resolutions: Resolutions(pool: pool, times: ResolutionTimes())),
            library: library, assembler: ImageAssembler(pool: pool, store: store), queue: queue, waiters: waiters,
            layering: Recipe.Layering(strategy: "closure", budget: 94), packing: .gzip, relays: true)
        let responder = RegistryResponder(
            manifests: manifests, blobs: BlobRoutes(store: store, library: library), jobs: JobPages(queue: queue),
            health: Health(pool: pool, store: store))
        return Application(
            responder: responder,
            services: [
                pool, listener, QueueSweeper(queue: queue, keep: .seconds(3600), logger: logger),
                Outbox(pool: pool, store: store, times: times, logger: logger), waiters,
            ],
            logger: logger)
    }

    /// A worker as `nixery-worker run` makes it, running.
    func worker(_ id: String, listens: Bool = true) throws -> RunningWorker {
        let worker = try StandInWorker(id: id, database: database, store: store, times: times, builder: builder, listens: listens)
        let group = worker.group
        return RunningWorker(group: group, task: Task { try await group.run() })
    }

    /// A worker that is a process of its own, and holds each build at a phase until it is told to go on.
    /// - Parameters:
    ///   - lease: in seconds.
    ///   - longestPhase: in milliseconds.
    ///   - variables: of its environment, besides.
    ///   - network: its own, if it has one.
    func process(
        _ id: String, heldAt phase: String, lease: Int = 2, longestPhase: Int = 1, _ variables: [String: String] = [:],
        in network: NetworkNamespace? = nil
    ) throws -> PipedProcess {
        let words = (network?.command ?? []) + [try BuiltProgram("stand-in-worker").path, id, store.root, phase, "\(longestPhase)"]
        let settings = [
            "DATABASE_URL": databaseURL(host: network?.host), "NIXERY_LEASE_SECONDS": "\(lease)", "NIXERY_POLL_SECONDS": "0.2",
        ]
        return try PipedProcess(words[0], Array(words.dropFirst()), environment: settings.merging(variables) { $1 })
    }

    /// The program `nixery-frontend`, which lets its clients wait for an hour.
    func frontendProcess(port: Int) throws -> TestProcess {
        let variables = [
            "DATABASE_URL": databaseURL(), "STORAGE_PATH": store.root, "NIXERY_PKGS_REPO": "file:///nowhere", "NIXERY_HOST": "127.0.0.1",
            "NIXERY_MIGRATIONS": Self.migrations, "NIXERY_HOP_SECONDS": "3600", "NIXERY_POLL_SECONDS": "0.2", "PORT": "\(port)",
        ]
        return try TestProcess(
            ["env"] + variables.map { "\($0.key)=\($0.value)" } + [try BuiltProgram("nixery-frontend").path, "serve"])
    }

    private func databaseURL(host: String? = nil) -> String { "\(databaseParameters) host=\(host ?? socketDirectory)" }

    /// One value of a query.
    func value(_ sql: String) async throws -> String? {
        try await direct.first(SQLStatement(sql)) { row in try row.optionalText("value") }.flatMap(\.self)
    }

    func execute(_ sql: String) async throws { try await direct.execute(SQLStatement(sql)) }
}

/// The workers of a farm, which come and go.
actor Workers {
    private var workers: [RunningWorker]

    init(_ workers: [RunningWorker]) { self.workers = workers }

    /// Stops the one that has been there longest.
    func replace(with worker: RunningWorker) async throws {
        workers.append(worker)
        try await workers.removeFirst().stop()
    }

    func stop() async throws {
        for worker in workers { try await worker.stop() }
        workers = []
    }
}

/// A worker that runs until it is stopped.
struct RunningWorker: Sendable {
    let group: ServiceGroup
    let task: Task<Void, any Error>

    /// Stops it as SIGTERM does.
    func stop() async throws {
        await group.triggerGracefulShutdown()
        try await task.value
    }
}
