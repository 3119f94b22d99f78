package import Nix
package import Operations
package import Queue

/// What a worker is told by its environment. None of it decides the bytes of an image: that is the recipe's.
package struct WorkerSettings: Sendable {
    package var slots: Int
    package var storage: StorageSettings
    package var times: QueueTimes
    package var nix: NixSettings
    package var migrations: String
    /// Where GC roots of running jobs stand.
    package var stateDirectory: String

    /// - Throws: ``SettingsError`` that names the variable and what it takes.
    package init(_ settings: Settings) throws(SettingsError) {
        slots = try settings.integer("NIXERY_WORKER_SLOTS", default: 2, in: 1...256)
        storage = try StorageSettings(settings)
        times = try QueueTimes(settings)
        nix = try Self.nix(settings)
        migrations = settings.string("NIXERY_MIGRATIONS") ?? "Migrations"
        stateDirectory = settings.string("NIXERY_STATE_PATH") ?? "/tmp"
    }
}
