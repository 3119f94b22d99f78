package import Hashing

/// What a store could not do, in words for the log and for the person who set it up.
package enum StorageError: Error, Hashable, CustomStringConvertible {
    case directory(String, action: String, reason: String)
    case noSpace(String)
    /// A layer that should have been packed was not.
    case missing(Digest)
    case digestMismatch(expected: Digest, actual: Digest)

    package var description: String {
        switch self {
        case .directory(let path, let action, let reason):
            "cannot \(action) \(path): \(reason); STORAGE_PATH must name a directory that this process can write"
        case .missing(let key): "the layer with the key \(key.hex) was not stored"
        case .noSpace(let path): "no space is left below \(path): free some, or point STORAGE_PATH at a larger disk"
        case .digestMismatch(let expected, let actual): "the bytes for \(expected) have the digest \(actual): nothing was stored"
        }
    }
}
