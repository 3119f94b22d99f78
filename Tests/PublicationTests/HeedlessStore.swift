import ObjectStorage
import Synchronization
import TestSupport

/// A store that writes over what is there whatever is asked, as some do. Its first readers get nothing before all of them have come.
final class HeedlessStore: ForwardingStore {
    let store: any ObjectStore
    private let together: Int
    private let isFull: Bool
    private let readers = Mutex<(count: Int, waiting: [CheckedContinuation<Void, Never>])>((0, []))

    /// - Parameters:
    ///   - together: how many readers wait for each other.
    ///   - isFull: whether nothing can be written.
    init(_ store: any ObjectStore, together: Int, isFull: Bool = false) {
        self.store = store
        self.together = together
        self.isFull = isFull
    }

    func get(_ name: ObjectName, limit: Int) async throws -> [UInt8]? {
        let found = try await store.get(name, limit: limit)
        await withCheckedContinuation { continuation in
            readers.withLock { readers in
                readers.count += 1
                readers.waiting.append(continuation)
                guard readers.count >= together else { return }
                readers.waiting.forEach { $0.resume() }
                readers.waiting = []
            }
        }
        return found
    }

    func put(_ bytes: [UInt8], as name: ObjectName, contentType: String, ifAbsent: Bool) async throws -> PutOutcome {
        guard !isFull else { throw StorageError.noSpace(place, setting: "STORAGE_PATH") }
        return try await store.put(bytes, as: name, contentType: contentType, ifAbsent: false)
    }
}
