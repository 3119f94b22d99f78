package import Hashing

/// An image ready to be published: every blob that it names is stored.
package struct PublishedImage: Hashable, Sendable {
    package let oci: StoredManifest
    /// `nil` where Docker's form has no type for a layer.
    package let docker: StoredManifest?
    package let configDigest: Digest
    /// In the manifest's order.
    package let layerKeys: [Digest]
    /// What a person should know of the image, in sentences.
    package let caveats: [String]

    package init(oci: StoredManifest, docker: StoredManifest?, configDigest: Digest, layerKeys: [Digest], caveats: [String] = []) {
        self.oci = oci
        self.docker = docker
        self.configDigest = configDigest
        self.layerKeys = layerKeys
        self.caveats = caveats
    }
}
