package import HTTP
package import Hashing

/// What a store could not do, in words for the log and for the person who set it up.
package enum StorageError: Error, Hashable, CustomStringConvertible {
    case directory(String, action: String, reason: String)
    /// Where blobs wait for their upload.
    case spool(String, action: String, reason: String)
    /// A disk is full.
    /// - Parameter setting: the variable that names the directory.
    case noSpace(String, setting: String)
    /// A layer that should have been packed was not.
    case missing(Digest)
    case digestMismatch(expected: Digest, actual: Digest)
    /// An object is not what was sent, or not what its name says.
    case damaged(object: String, reason: String)
    case tooLarge(object: String, limit: Int)
    /// What is to prove who asks is missing, wrong or cannot be read.
    case credentials(String)
    /// A store at the other end of a network refused, or could not be reached.
    case remote(RemoteFailure)

    package var description: String {
        switch self {
        case .directory(let path, let action, let reason):
            "cannot \(action) \(path): \(reason); STORAGE_PATH must name a directory that this process can write"
        case .spool(let path, let action, let reason):
            "cannot \(action) \(path): \(reason); NIXERY_SPOOL_PATH must name a directory that this process can write"
        case .missing(let key): "the layer with the key \(key.hex) was not stored"
        case .noSpace(let path, let setting): "no space is left below \(path): free some, or point \(setting) at a larger disk"
        case .digestMismatch(let expected, let actual): "the bytes for \(expected) have the digest \(actual): nothing was stored"
        case .damaged(let object, let reason): "\(object) is damaged: \(reason)"
        case .tooLarge(let object, let limit): "\(object) has more than the \(limit) bytes that are expected of it"
        case .credentials(let reason): reason
        case .remote(let failure): failure.description
        }
    }
}

extension StorageError: RetryableError {
    package var retryAdvice: RetryAdvice {
        if case .remote(let failure) = self { failure.retryAdvice } else { .never }
    }
}
