package import Hashing

/// The name of an object in a store, in the layout of the predecessor's bucket.
package struct ObjectName: Hashable, Sendable, CustomStringConvertible {
    package let path: String

    /// A blob by its digest: a layer, a configuration or a manifest.
    package static func blob(_ digest: Digest) -> ObjectName { ObjectName(path: "layers/" + digest.hex) }

    /// The manifest of a pinned recipe by its cache key.
    package static func manifest(_ cacheKey: Digest) -> ObjectName { ObjectName(path: "manifests/" + cacheKey.hex) }

    /// A layer's record by its layer key.
    package static func build(_ layerKey: Digest) -> ObjectName { ObjectName(path: "builds/" + layerKey.hex) }

    package var description: String { path }

    private init(path: String) { self.path = path }
}
