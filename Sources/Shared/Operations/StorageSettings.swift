/// Where blobs are kept.
package struct StorageSettings: Hashable, Sendable {
    /// The directory of a `filesystem` store.
    package let path: String

    /// - Throws: ``SettingsError`` for an unknown store or a missing directory.
    package init(_ settings: Settings) throws(SettingsError) {
        let backend = settings.string("NIXERY_STORAGE_BACKEND") ?? "filesystem"
        guard backend == "filesystem" else {
            throw SettingsError("NIXERY_STORAGE_BACKEND is '\(backend)'; it takes 'filesystem'")
        }
        guard let path = settings.string("STORAGE_PATH") else {
            throw SettingsError("STORAGE_PATH is not set; it names the directory that the frontends and workers share for blobs")
        }
        guard path.hasPrefix("/") else { throw SettingsError("STORAGE_PATH is '\(path)'; it takes an absolute path") }
        self.path = path
    }
}
