package import Hashing
package import Registry

/// A manifest as it is served: its bytes, their digest and their media type.
package struct StoredManifest: Hashable, Sendable {
    package let digest: Digest
    package let format: ManifestFormat
    package let bytes: [UInt8]

    package init(digest: Digest, format: ManifestFormat, bytes: [UInt8]) {
        self.digest = digest
        self.format = format
        self.bytes = bytes
    }
}
