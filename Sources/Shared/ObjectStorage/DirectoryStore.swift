private import Glibc
package import Hashing

/// A directory of this machine, or one shared between hosts, as an object store.
package struct DirectoryStore: ObjectStore {
    /// Absolute, without a slash at the end.
    package let root: String

    /// Makes the directory and its parts where they are missing.
    /// - Throws: ``StorageError`` if it is not a directory that can be written.
    package init(root: String) throws(StorageError) {
        self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
        for directory in [self.root] + ["layers", "manifests", "builds", "staging"].map({ self.root + "/" + $0 }) {
            guard unsafe mkdir(directory, 0o755) == 0 || errno == EEXIST else {
                throw .directory(directory, action: "make", reason: Self.reason())
            }
        }
        try checkWritable()
    }

    package func check() throws(StorageError) { try checkWritable() }

    package func beginBlob() throws(StorageError) -> any BlobWriter {
        try DirectoryBlobWriter(store: self)
    }

    package func locate(_ digest: Digest) -> BlobLocation? {
        let path = path(of: .blob(digest))
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return .file(path: path, size: Int64(status.st_size))
    }

    func path(of name: ObjectName) -> String { root + "/" + name.path }

    private func checkWritable() throws(StorageError) {
        let staging = root + "/staging"
        guard unsafe access(staging, W_OK | X_OK) == 0 else {
            throw .directory(staging, action: "write into", reason: Self.reason())
        }
    }

    /// What the last system call said.
    static func reason() -> String {
        let code = errno
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
