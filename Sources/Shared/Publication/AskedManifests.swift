import Hashing
import Synchronization

/// Which images were asked for, collected to be written in one statement.
final class AskedManifests: Sendable {
    private let digests = Mutex(Set<Digest>())

    func insert(_ digest: Digest) { digests.withLock { _ = $0.insert(digest) } }

    func take() -> [Digest] {
        digests.withLock { digests in
            defer { digests = [] }
            return Array(digests)
        }
    }
}
