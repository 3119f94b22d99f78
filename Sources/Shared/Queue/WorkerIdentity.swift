/// One worker process, as its row in the database names it.
package struct WorkerIdentity: Hashable, Sendable {
    /// Unique: a worker that starts again is another worker.
    package let id: String
    package let host: String
    package let process: Int
    /// Nix systems, for example `x86_64-linux`.
    package let systems: [String]
    /// Jobs at once.
    package let slots: Int
    package let version: String
    /// Nix's system features, for example `kvm`.
    package let features: [String]

    package init(id: String, host: String, process: Int, systems: [String], slots: Int, version: String, features: [String] = []) {
        self.id = id
        self.host = host
        self.process = process
        self.systems = systems
        self.slots = slots
        self.version = version
        self.features = features
    }
}
