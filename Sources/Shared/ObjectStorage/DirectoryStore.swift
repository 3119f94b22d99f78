private import Glibc
package import Hashing

/// A directory of this machine, or one shared between hosts, as an object store.
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
        for directory in Self.directories(root: self.root, blobs: blobs) {
            guard unsafe mkdir(directory, 0o755) == 0 || errno == EEXIST else {
                throw .lastSystemError(directory, action: "make")
            }
        }
        try checkWritable()
    }

    package func check() throws(StorageError) { try checkWritable() }

    package func beginBlob() throws(StorageError) -> any BlobWriter {
        try DirectoryBlobWriter(store: self)
    }

    package func locate(_ digest: Digest) -> BlobLocation? {
        let path = path(ofBlob: digest)
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return .file(path: path, size: Int64(status.st_size))
    }

    var blobDirectory: String { root + "/" + blobs }

    func path(ofBlob digest: Digest) -> String { blobDirectory + "/" + digest.hex }

    /// Parents before their children.
    private static func directories(root: String, blobs: String) -> [String] {
        var paths = [root, root + "/staging"]
        var path = root
        for part in blobs.split(separator: "/") {
            path += "/" + part
            paths.append(path)
        }
        return paths
    }

    private func checkWritable() throws(StorageError) {
        let staging = root + "/staging"
        guard unsafe access(staging, W_OK | X_OK) == 0 else {
            throw .lastSystemError(staging, action: "write into")
        }
    }
}
