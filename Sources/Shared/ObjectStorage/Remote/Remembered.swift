private import Synchronization

/// Values kept for some time, no more than so many: blobs that are known to be there, addresses that are signed.
final class Remembered<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        let value: Value
        let end: ContinuousClock.Instant
    }

    private struct Entries {
        var newer: [Key: Entry] = [:]
        var older: [Key: Entry] = [:]

        /// When half of all are new, the older half, which nobody has asked for since, is forgotten.
        mutating func add(_ key: Key, _ entry: Entry, _ capacity: Int) {
            if newer.count >= capacity / 2 {
                older = newer
                newer = [:]
            }
            newer[key] = entry
        }
    }

    private let entries = Mutex(Entries())
    private let capacity: Int
    private let lifetime: Duration
    private let clock: StorageClock

    init(capacity: Int, lifetime: Duration, clock: StorageClock) {
        self.capacity = capacity
        self.lifetime = lifetime
        self.clock = clock
    }

    subscript(key: Key) -> Value? {
        let now = clock.instant()
        return entries.withLock { entries in
            if let entry = entries.newer[key] { return entry.end > now ? entry.value : nil }
            guard let entry = entries.older[key], entry.end > now else { return nil }
            entries.add(key, entry, capacity)
            return entry.value
        }
    }

    func remember(_ key: Key, _ value: Value) {
        let entry = Entry(value: value, end: clock.instant() + lifetime)
        entries.withLock { $0.add(key, entry, capacity) }
    }

    func forget(_ key: Key) {
        entries.withLock { entries in
            entries.newer[key] = nil
            entries.older[key] = nil
        }
    }
}
