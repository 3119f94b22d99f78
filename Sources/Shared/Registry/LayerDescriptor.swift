package import Hashing

/// A stored layer as a manifest names it.
package struct LayerDescriptor: Hashable, Sendable {
    /// SHA-256 of the stored bytes.
    package let digest: Digest
    /// Bytes as stored.
    package let size: Int64
    /// SHA-256 of the uncompressed tar.
    package let diffID: Digest
    /// `gzip` or `zstd`.
    package let codec: String

    package init(digest: Digest, size: Int64, diffID: Digest, codec: String) {
        self.digest = digest
        self.size = size
        self.diffID = diffID
        self.codec = codec
    }
}
