private import Glibc
import HTTP
import Hashing

/// Writes a blob into a file without a name, because its name in the store is its digest, which is known at its end; then uploads it.
/// A process that dies leaves nothing behind.
final class SpoolingBlobWriter: BlobWriter {
    private let directory: String
    private let contentType: String
    private let file: OpenFile
    private let hash: StreamHash
    private let upload: @Sendable (SpooledBlob) async throws -> Void

    /// - Parameters:
    ///   - directory: where the file is, until it is uploaded.
    ///   - upload: stores the blob under its digest.
    init(
        directory: String, contentType: String, upload: @escaping @Sendable (SpooledBlob) async throws -> Void
    ) throws(StorageError) {
        self.directory = directory
        self.contentType = contentType
        self.upload = upload
        hash = try StreamHash()
        file = OpenFile(owning: try Self.open(directory))
    }

    func write(_ bytes: RawSpan) throws {
        hash.update(bytes)
        guard unsafe bytes.withUnsafeBytes({ unsafe FileBytes.write($0, to: file.descriptor) }) else {
            throw Self.failure(directory, "write into")
        }
    }

    func commit(as digest: Digest) async throws {
        let sum = try hash.finish()
        guard sum.digest == digest else { throw StorageError.digestMismatch(expected: digest, actual: sum.digest) }
        try await upload(SpooledBlob(file: file, sum: sum, contentType: contentType))
    }

    private static func open(_ directory: String) throws(StorageError) -> Int32 {
        // O_TMPFILE of Linux, a macro that Swift does not import.
        let unnamed = 0o20_000_000 | O_DIRECTORY
        let descriptor = unsafe Glibc.open(directory, unnamed | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 { return descriptor }
        guard errno == EOPNOTSUPP || errno == EISDIR else { throw failure(directory, "make a file in") }
        // A file system without it, such as NFS: a name for a moment.
        let path = directory + "/nixery-spool-\(getpid())-" + String(UInt64.random(in: .min ... .max), radix: 16)
        let named = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard named >= 0 else { throw failure(directory, "make a file in") }
        _ = unsafe unlink(path)
        return named
    }

    private static func failure(_ directory: String, _ action: String) -> StorageError {
        guard errno != ENOSPC, errno != EDQUOT else { return .noSpace(directory, setting: "NIXERY_SPOOL_PATH") }
        return .spool(directory, action: action, reason: StorageError.lastReason())
    }
}
