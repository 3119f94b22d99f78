import Logging
package import ObjectStorage
import Pipeline
package import Postgres
import Publication
package import Queue
import Records
package import ServiceLifecycle
import UnixSignals

/// A worker as `nixery-worker run` puts it together, but for Nix.
package struct StandInWorker {
    package let group: ServiceGroup

    /// - Parameters:
    ///   - listens: whether it hears notifications.
    ///   - heedsSignals: whether SIGTERM to this process stops it.
    package init(
        id: String, database: PostgresConfiguration, store: any ObjectStore, times: QueueTimes, builder: StandInBuilder,
        listens: Bool = true, heedsSignals: Bool = false
    ) throws {
        let logger = Logger(label: id) { _ in SwiftLogNoOpLogHandler() }
        let pool = try PostgresPool(database, size: 2, logger: logger)
        let beat = times.heartbeat / 2
        let heartbeats = try PostgresPool(
            database, settings: PostgresPoolSettings(size: 1, acquisitionTimeout: beat, callTimeout: beat), logger: logger)
        let listener = try PostgresListener(
            database, channels: listens ? [JobQueue.workChannel, JobQueue.controlChannel] : ["nothing"], logger: logger)
        let queue = JobQueue(pool: pool, times: times)
        let ledger = StoredLedger(records: Records(pool: pool), store: store, pool: pool)
        let worker = WorkerService(
            identity: WorkerIdentity(id: id, host: "h", process: 1, systems: ["x86_64-linux"], slots: 2, version: "test"),
            queue: queue, heartbeats: JobQueue(pool: heartbeats, times: times), listener: listener, drain: .milliseconds(500),
            logger: logger
        ) { recipe, _, observer in
            try await builder.make(recipe, observer, ledger)
        }
        group = ServiceGroup(
            services: [
                pool, heartbeats, listener, QueueSweeper(queue: queue, keep: .seconds(3600), logger: logger),
                Outbox(pool: pool, store: store, times: times, logger: logger), worker,
            ],
            gracefulShutdownSignals: heedsSignals ? [.sigterm] : [], logger: logger)
    }
}
