package import Hashing

/// What a manifest and a config say of a layer (OCI image specification, descriptor.md and config.md).
package struct PackedLayer: Hashable, Sendable {
    /// SHA-256 of the uncompressed archive.
    package let diffID: Digest

    /// SHA-256 of the bytes that the sink got.
    package let digest: Digest

    /// How many bytes the sink got.
    package let size: Int64

    /// Bytes of the uncompressed archive.
    package let uncompressedSize: Int64

    package init(diffID: Digest, digest: Digest, size: Int64, uncompressedSize: Int64) {
        self.diffID = diffID
        self.digest = digest
        self.size = size
        self.uncompressedSize = uncompressedSize
    }
}
