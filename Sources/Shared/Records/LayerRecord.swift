package import Hashing
package import Registry

/// A layer that is stored, under the key that says what it holds.
package struct LayerRecord: Hashable, Sendable {
    package let key: Digest
    package let descriptor: LayerDescriptor
    package let uncompressedSize: Int64

    package init(key: Digest, descriptor: LayerDescriptor, uncompressedSize: Int64) {
        self.key = key
        self.descriptor = descriptor
        self.uncompressedSize = uncompressedSize
    }
}
