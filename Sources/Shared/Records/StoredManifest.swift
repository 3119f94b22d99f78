package import Hashing
package import Registry

/// A manifest as it is served: its bytes, their digest and their media type.
package struct StoredManifest: Hashable, Sendable {
    package let digest: Digest
    package let format: ManifestFormat
    package let bytes: [UInt8]
    /// What a person should know of the image, in sentences; not part of the bytes.
    package let caveats: [String]

    package init(digest: Digest, format: ManifestFormat, bytes: [UInt8], caveats: [String] = []) {
        self.digest = digest
        self.format = format
        self.bytes = bytes
        self.caveats = caveats
    }
}
