private import Glibc
package import Hashing

/// A directory of this machine, or one shared between hosts, as an object store. It keeps no content types.
package struct DirectoryStore: ObjectStore {
    /// Absolute, without a slash at the end.
    package let root: String

    /// Where blobs stand below the root.
    private let blobs: String

    /// Makes the directory and its parts where they are missing.
    /// - Throws: ``StorageError`` if it is not a directory that can be written.
    package init(root: String, blobs: String = "layers") throws(StorageError) {
        self.blobs = blobs
        self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
        try make(self.root)
        try make(staging)
        try makeDirectories(above: blobs + "/x")
        try checkWritable()
    }

    package var place: String { root }

    package func check() throws(StorageError) { try checkWritable() }

    package func beginBlob(contentType: String) throws -> any BlobWriter { try DirectoryBlobWriter(store: self) }

    package func put(_ bytes: [UInt8], as name: ObjectName, contentType: String, ifAbsent: Bool) async throws -> PutOutcome {
        try await BlockingCall.run {
            try makeDirectories(above: relativePath(of: name))
            let file = try StagedFile(store: self)
            try unsafe file.write(bytes.span.bytes)
            return try file.publish(as: path(of: name), replacing: !ifAbsent) ? .stored : .wasThere
        }
    }

    package func get(_ name: ObjectName, limit: Int) async throws -> [UInt8]? {
        try await BlockingCall.run {
            let path = path(of: name)
            let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                if errno == ENOENT || errno == ENOTDIR { return nil }
                throw StorageError.lastSystemError(path, action: "open")
            }
            defer { close(descriptor) }
            guard let bytes = FileBytes.read(descriptor, limit: limit) else { throw StorageError.lastSystemError(path, action: "read") }
            guard bytes.count <= limit else { throw StorageError.tooLarge(object: path, limit: limit) }
            return bytes
        }
    }

    package func stat(_ name: ObjectName) throws -> ObjectInfo? { try information(path(of: name)) }

    package func delete(_ name: ObjectName) throws -> Bool {
        let path = path(of: name)
        guard unsafe unlink(path) != 0 else { return true }
        guard errno == ENOENT || errno == ENOTDIR else { throw StorageError.lastSystemError(path, action: "delete") }
        return false
    }

    package func locate(_ digest: Digest, for method: BlobMethod = .get) throws -> BlobLocation? {
        let path = path(of: .blob(digest))
        return try information(path).map { .file(path: path, size: $0.size) }
    }

    // MARK: - Paths

    /// In the same file system as all objects, so that a file is moved into its place by a rename.
    var staging: String { root + "/staging" }

    func path(of name: ObjectName) -> String { root + "/" + relativePath(of: name) }

    private func relativePath(of name: ObjectName) -> String {
        let prefix = "layers/"
        return blobs != "layers" && name.path.hasPrefix(prefix) ? blobs + "/" + name.path.dropFirst(prefix.count) : name.path
    }

    /// `nil` if there is no file of that path.
    func information(_ path: String) throws(StorageError) -> ObjectInfo? {
        var status = Glibc.stat()
        guard unsafe fstatat(AT_FDCWD, path, &status, 0) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw .lastSystemError(path, action: "look at") }
            return nil
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        return ObjectInfo(size: Int64(status.st_size), modified: Int64(status.st_mtim.tv_sec))
    }

    /// What the last system call said, with a full disk told apart.
    func failure(_ path: String, _ action: String) -> StorageError {
        errno == ENOSPC || errno == EDQUOT ? .noSpace(root, setting: "STORAGE_PATH") : .lastSystemError(path, action: action)
    }

    private func makeDirectories(above path: String) throws(StorageError) {
        var directory = root
        for part in path.split(separator: "/").dropLast() {
            directory += "/" + part
            try make(directory)
        }
    }

    private func make(_ directory: String) throws(StorageError) {
        guard unsafe mkdir(directory, 0o755) == 0 || errno == EEXIST else { throw failure(directory, "make") }
    }

    private func checkWritable() throws(StorageError) {
        guard unsafe access(staging, W_OK | X_OK) == 0 else { throw .lastSystemError(staging, action: "write into") }
    }
}
