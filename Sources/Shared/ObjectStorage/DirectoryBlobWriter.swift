private import Glibc
import Hashing

/// Writes to a temporary name in the same file system, hashes on the way, and renames after fsync, so that readers never see half a blob.
final class DirectoryBlobWriter: BlobWriter {
    private let store: DirectoryStore
    private let staged: String
    private let descriptor: Int32
    private var hash: SHA256
    private var isCommitted = false

    init(store: DirectoryStore) throws(StorageError) {
        self.store = store
        staged = store.root + "/staging/\(getpid())-" + String(UInt64.random(in: .min ... .max), radix: 16)
        descriptor = unsafe open(staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure(staged, "make", store) }
        do {
            hash = try SHA256()
        } catch {
            throw .directory(staged, action: "hash", reason: error.description)
        }
    }

    deinit {
        close(descriptor)
        if !isCommitted { _ = unsafe unlink(staged) }
    }

    func write(_ bytes: RawSpan) throws(StorageError) {
        try unsafe bytes.withUnsafeBytes { bytes throws(StorageError) in try unsafe write(bytes) }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
        unsafe hash.update(bytes)
        var rest = unsafe bytes[...]
        while unsafe !rest.isEmpty {
            let count = unsafe Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.failure(staged, "write", store)
            }
            unsafe rest = unsafe rest.dropFirst(count)
        }
    }

    func commit(as digest: Digest) throws(StorageError) {
        let actual: Digest
        do {
            actual = try hash.finalize()
        } catch {
            throw .directory(staged, action: "hash", reason: error.description)
        }
        guard actual == digest else { throw .digestMismatch(expected: digest, actual: actual) }
        guard fsync(descriptor) == 0 else { throw Self.failure(staged, "flush", store) }
        let final = store.path(ofBlob: digest)
        guard unsafe rename(staged, final) == 0 else { throw Self.failure(final, "rename to", store) }
        isCommitted = true
        try flushDirectory(store.blobDirectory)
    }

    /// A rename is on the disk only when its directory is.
    private func flushDirectory(_ path: String) throws(StorageError) {
        let directory = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw Self.failure(path, "open", store) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw Self.failure(path, "flush", store) }
    }

    private static func failure(_ path: String, _ action: String, _ store: DirectoryStore) -> StorageError {
        errno == ENOSPC || errno == EDQUOT ? .noSpace(store.root) : .lastSystemError(path, action: action)
    }
}
