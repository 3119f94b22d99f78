private import Glibc
private import Synchronization

/// A file under a temporary name, gone with its last user unless it was published.
final class StagedFile: Sendable {
    private let store: DirectoryStore
    private let path: String
    private let descriptor: Int32
    private let isPublished = Mutex(false)

    init(store: DirectoryStore) throws(StorageError) {
        let path = store.staging + "/\(getpid())-" + String(UInt64.random(in: .min ... .max), radix: 16)
        let opened = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard opened >= 0 else { throw store.failure(path, "make") }
        self.store = store
        self.path = path
        descriptor = opened
    }

    deinit {
        close(descriptor)
        if !isPublished.withLock({ $0 }) { _ = unsafe unlink(path) }
    }

    func write(_ bytes: RawSpan) throws(StorageError) {
        guard unsafe bytes.withUnsafeBytes({ unsafe FileBytes.write($0, to: descriptor) }) else { throw store.failure(path, "write") }
    }

    /// Gives the file its name for good.
    /// - Parameter replacing: whether a file of that name is replaced; else it stays.
    /// - Returns: `false` if there was one that was to stay.
    @discardableResult
    func publish(as name: String, replacing: Bool) throws(StorageError) -> Bool {
        guard fsync(descriptor) == 0 else { throw store.failure(path, "flush") }
        if replacing {
            guard unsafe rename(path, name) == 0 else { throw store.failure(name, "rename to") }
            isPublished.withLock { $0 = true }
        } else if unsafe link(path, name) != 0 {
            guard errno == EEXIST else { throw store.failure(name, "link to") }
            return false
        }
        try flushDirectory(of: name)
        return true
    }

    /// A name is on the disk only when its directory is.
    private func flushDirectory(of name: String) throws(StorageError) {
        let path = String(name[..<(name.lastIndex(of: "/") ?? name.startIndex)])
        let directory = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw store.failure(path, "open") }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw store.failure(path, "flush") }
    }
}
