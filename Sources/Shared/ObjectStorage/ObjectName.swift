package import Hashing

/// The name of an object in a store, in the layout of the predecessor's bucket.
package struct ObjectName: Hashable, Sendable, CustomStringConvertible {
    package let path: String

    /// A blob by its digest: a layer, a configuration or a manifest.
    package static func blob(_ digest: Digest) -> ObjectName { ObjectName(known: "layers/" + digest.hex) }

    /// The manifest of a pinned recipe by its cache key.
    package static func manifest(_ cacheKey: Digest) -> ObjectName { ObjectName(known: "manifests/" + cacheKey.hex) }

    /// A layer's record by its layer key.
    package static func build(_ layerKey: Digest) -> ObjectName { ObjectName(known: "builds/" + layerKey.hex) }

    /// What tells one store from another: the database records it.
    package static let storeIdentity = ObjectName(known: "nixery-farm-store")

    /// A path as a listing gives it: parts of letters, digits, `.`, `_` and `-`, none of them empty, `.` or `..`, joined by `/`.
    package init?(path: String) {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard path.utf8.count <= 512, parts.allSatisfy(Self.isPart) else { return nil }
        self.path = path
    }

    package var description: String { path }

    private init(known path: String) { self.path = path }

    private static func isPart(_ part: Substring.UTF8View) -> Bool {
        !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
            && part.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
                default: false
                }
            }
    }
}
