import Hashing
import Records
import Registry
import Synchronization

/// Manifests in memory, for a short time: shorter than anything that removes images waits.
///
/// Two generations: when the young one is full the old one is dropped, so whatever is asked for again stays, without a list to keep in order.
final class ManifestCache: Sendable {
    enum Key: Hashable, Sendable {
        case recipe(Digest, ManifestFormat)
        case digest(Digest)
        /// By the OCI digest, in a form.
        case published(Digest, ManifestFormat)
    }

    private struct Generations {
        var young: [Key: Entry] = [:]
        var old: [Key: Entry] = [:]

        mutating func insert(_ entry: Entry, for key: Key) {
            if young.count >= ManifestCache.generation {
                old = young
                young = [:]
            }
            young[key] = entry
        }
    }

    private struct Entry {
        let manifest: StoredManifest
        let until: ContinuousClock.Instant
    }

    private static let lifetime = Duration.seconds(60)
    private static let generation = 512
    private let generations = Mutex(Generations())

    subscript(key: Key) -> StoredManifest? {
        generations.withLock { generations -> StoredManifest? in
            guard let entry = generations.young[key] ?? generations.old[key], entry.until > .now else { return nil }
            if generations.young[key] == nil { generations.insert(entry, for: key) }
            return entry.manifest
        }
    }

    /// - Returns: the same manifest.
    func keep(_ manifest: StoredManifest, for key: Key) -> StoredManifest {
        let entry = Entry(manifest: manifest, until: .now + Self.lifetime)
        generations.withLock { $0.insert(entry, for: key) }
        return manifest
    }

    func removeAll() { generations.withLock { $0 = Generations() } }
}
