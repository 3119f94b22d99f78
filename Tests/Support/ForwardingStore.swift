package import Hashing
package import ObjectStorage

/// A store that does what another one does, but for what it says itself.
package protocol ForwardingStore: ObjectStore {
    var store: any ObjectStore { get }
}

extension ForwardingStore {
    package var place: String { store.place }

    package func beginBlob(contentType: String) throws -> any BlobWriter { try store.beginBlob(contentType: contentType) }
    package func put(_ bytes: [UInt8], as name: ObjectName, contentType: String, ifAbsent: Bool) async throws -> PutOutcome {
        try await store.put(bytes, as: name, contentType: contentType, ifAbsent: ifAbsent)
    }
    package func get(_ name: ObjectName, limit: Int) async throws -> [UInt8]? { try await store.get(name, limit: limit) }
    package func stat(_ name: ObjectName) async throws -> ObjectInfo? { try await store.stat(name) }
    package func delete(_ name: ObjectName) async throws -> Bool { try await store.delete(name) }
    package func list(prefix: String, page: String?, limit: Int) async throws -> ObjectPage {
        try await store.list(prefix: prefix, page: page, limit: limit)
    }
    package func locate(_ digest: Digest, for method: BlobMethod) async throws -> BlobLocation? {
        try await store.locate(digest, for: method)
    }
    package func removeLeftovers(olderThan age: Duration) async throws -> Int { try await store.removeLeftovers(olderThan: age) }
    package func check() async throws { try await store.check() }
}
