package import Hashing

/// Where blobs are kept. Content-addressed names are written once and never change.
package protocol ObjectStore: Sendable {
    /// Begins a blob whose digest is not known yet. Nothing is visible before ``BlobWriter/commit(as:)``.
    /// - Throws: ``StorageError``.
    func beginBlob() throws -> any BlobWriter

    /// Where a blob is, or `nil` if the store has none of that digest.
    /// - Throws: ``StorageError``.
    func locate(_ digest: Digest) async throws -> BlobLocation?

    /// Says whether the store can be read and written now.
    /// - Throws: ``StorageError`` that says why it cannot.
    func check() async throws
}

/// A blob being written. A writer that is dropped without a commit leaves nothing behind.
package protocol BlobWriter: AnyObject {
    /// - Throws: ``StorageError``, for example when the disk is full.
    func write(_ bytes: RawSpan) throws

    /// Makes the blob visible under its digest, after the store has it for good.
    /// - Throws: ``StorageError`` if the bytes written have another digest, or cannot be stored.
    func commit(as digest: Digest) throws
}

/// How a client gets at a blob.
package enum BlobLocation: Hashable, Sendable {
    /// A file of `size` bytes on this machine.
    case file(path: String, size: Int64)
}

extension ObjectStore {
    /// Stores a small blob that is all in memory.
    package func put(_ bytes: [UInt8], as digest: Digest) throws {
        let writer = try beginBlob()
        try unsafe writer.write(bytes.span.bytes)
        try writer.commit(as: digest)
    }
}
