import Hashing

/// Writes to a temporary name in the same file system, hashes on the way, and renames after fsync, so that readers never see half a blob.
final class DirectoryBlobWriter: BlobWriter {
    private let store: DirectoryStore
    private let file: StagedFile
    private let hash: StreamHash

    init(store: DirectoryStore) throws {
        self.store = store
        hash = try StreamHash()
        file = try StagedFile(store: store)
    }

    func write(_ bytes: RawSpan) throws {
        hash.update(bytes)
        try file.write(bytes)
    }

    func commit(as digest: Digest) async throws {
        try await BlockingCall.run { [self] in
            let actual = try hash.finish().digest
            guard actual == digest else { throw StorageError.digestMismatch(expected: digest, actual: actual) }
            try file.publish(as: store.path(of: .blob(digest)), replacing: true)
        }
    }
}
