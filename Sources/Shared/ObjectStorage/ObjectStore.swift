package import Hashing

/// Where blobs, and what has to outlive the database, are kept. Content-addressed names are written once and never change.
///
/// All calls may be made from many tasks at once. They throw ``StorageError`` or, when their task is cancelled, `CancellationError`; what may pass
/// by itself has been tried several times by then.
package protocol ObjectStore: Sendable {
    /// The store in a person's words, for example `gs://bucket` or a directory's path.
    var place: String { get }

    /// Begins a blob whose digest is not known yet. Nothing is visible before ``BlobWriter/commit(as:)``.
    func beginBlob(contentType: String) throws -> any BlobWriter

    /// Stores a small object that is all in memory, whole or not at all.
    /// - Parameter ifAbsent: leave an object that is there as it is.
    func put(_ bytes: [UInt8], as name: ObjectName, contentType: String, ifAbsent: Bool) async throws -> PutOutcome

    /// A small object, or `nil` if there is none.
    /// - Parameter limit: bytes that it may have; a larger one is an error.
    func get(_ name: ObjectName, limit: Int) async throws -> [UInt8]?

    /// What the store says of an object now, or `nil` if there is none.
    func stat(_ name: ObjectName) async throws -> ObjectInfo?

    /// - Returns: whether there was such an object.
    @discardableResult
    func delete(_ name: ObjectName) async throws -> Bool

    /// Objects whose path begins with `prefix`, in bytewise order of their paths, a page at a time. Paths that are no ``ObjectName`` are left out.
    /// - Parameters:
    ///   - page: ``ObjectPage/next`` of the page before; `nil` for the first.
    ///   - limit: most objects of a page, 1...1000.
    func list(prefix: String, page: String?, limit: Int) async throws -> ObjectPage

    /// Where a client gets a blob, or `nil` if the store has none of that digest. That it is there may have been learnt some minutes ago;
    /// ``stat(_:)`` asks now.
    func locate(_ digest: Digest, for method: BlobMethod) async throws -> BlobLocation?

    /// Removes what writers that died have left behind. Nothing younger than `age` is touched.
    /// - Returns: how many pieces there were.
    @discardableResult
    func removeLeftovers(olderThan age: Duration) async throws -> Int

    /// Says whether the store can be read and written now. Nothing is written.
    func check() async throws
}

/// A blob being written. A writer that is dropped without a commit leaves nothing behind.
package protocol BlobWriter: AnyObject, Sendable {
    /// Blocks while the disk is behind.
    /// - Throws: ``StorageError``, for example when the disk is full.
    func write(_ bytes: RawSpan) throws

    /// Makes the blob visible under its digest, after the store has it for good. A blob that is there already is a success once its size and
    /// checksum are found to be the same.
    /// - Throws: ``StorageError`` if the bytes written have another digest, or cannot be stored; `CancellationError`.
    func commit(as digest: Digest) async throws
}

extension ObjectStore {
    /// Begins a blob of unspecified type.
    package func beginBlob() throws -> any BlobWriter { try beginBlob(contentType: ObjectInfo.anyContent) }

    /// Stores a small blob that is all in memory.
    package func put(_ bytes: [UInt8], as digest: Digest, contentType: String = ObjectInfo.anyContent) async throws {
        let writer = try beginBlob(contentType: contentType)
        try unsafe writer.write(bytes.span.bytes)
        try await writer.commit(as: digest)
    }

    /// All objects of a prefix, page by page.
    package func forEach(prefix: String, _ body: (ListedObject) async throws -> Void) async throws {
        var page: String?
        repeat {
            let found = try await list(prefix: prefix, page: page, limit: 1000)
            for object in found.objects { try await body(object) }
            page = found.next
        } while page != nil
    }
}
