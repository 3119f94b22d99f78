package import Nix
package import Operations
package import Queue

/// What a worker is told by its environment. None of it decides the bytes of an image: that is the recipe's.
package struct WorkerSettings: Sendable {
    package var slots: Int
    package var storage: StorageSettings
    package var times: QueueTimes
    package var nix: NixSettings
    /// How long running jobs may go on after the worker was told to stop.
    package var drain: Duration
    /// How long ended jobs are kept.
    package var jobMemory: Duration
    package var migrations: String
    /// Where GC roots of running jobs stand.
    package var stateDirectory: String

    /// - Throws: ``SettingsError`` that names the variable and what it takes.
    package init(_ settings: Settings) throws(SettingsError) {
        slots = try settings.integer("NIXERY_WORKER_SLOTS", default: 2, in: 1...256)
        storage = try StorageSettings(settings)
        times = try QueueTimes(settings)
        nix = try Self.nix(settings)
        drain = try settings.seconds("NIXERY_DRAIN_SECONDS", default: .seconds(25))
        jobMemory = try settings.seconds("NIXERY_KEEP_JOBS_SECONDS", default: .seconds(30 * 86_400))
        migrations = settings.string("NIXERY_MIGRATIONS") ?? "Migrations"
        stateDirectory = settings.string("NIXERY_STATE_PATH") ?? "/tmp"
    }
}
