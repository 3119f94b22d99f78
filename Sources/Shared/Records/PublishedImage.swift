package import Hashing

/// An image ready to be published: every blob that it names is stored.
package struct PublishedImage: Hashable, Sendable {
    package let oci: StoredManifest
    /// `nil` where Docker's form has no type for a layer.
    package let docker: StoredManifest?
    package let configDigest: Digest
    /// In the manifest's order.
    package let layerKeys: [Digest]

    package init(oci: StoredManifest, docker: StoredManifest?, configDigest: Digest, layerKeys: [Digest]) {
        self.oci = oci
        self.docker = docker
        self.configDigest = configDigest
        self.layerKeys = layerKeys
    }
}
