package import ObjectStorage
package import Postgres

/// Which store it is, said once: the store carries an id, the database records it. A directory that is not really shared between two hosts is
/// found out when the second process starts.
package enum StoreIdentity {
    /// Reads the store's id, making one for a new store, and compares it with the recorded one, recording it for a new database.
    /// - Throws: ``StoreIdentityError``, `StorageError`, `PostgresError`.
    package static func check(_ store: any ObjectStore, _ pool: PostgresPool) async throws {
        let id = if let found = try await found(in: store) { found } else { try await make(in: store) }
        try await pool.execute(record, [.text(id), .text(store.place)])
        try await compare(id, store, pool)
    }

    /// That it is the recorded store that is there. Makes and records nothing.
    /// - Throws: as ``check(_:_:)``; `missing` if the store carries no id.
    package static func confirm(_ store: any ObjectStore, _ pool: PostgresPool) async throws {
        guard let id = try await found(in: store) else { throw StoreIdentityError.missing(store.place) }
        try await compare(id, store, pool)
    }

    private static func compare(_ id: String, _ store: any ObjectStore, _ pool: PostgresPool) async throws {
        let recorded = try await pool.first("SELECT id, place FROM farm.store_identity") { row in
            (id: try row.text("id"), place: try row.text("place"))
        }
        guard let recorded, recorded.id != id else { return }
        throw StoreIdentityError.other(found: id, place: store.place, recorded: recorded.id, recordedPlace: recorded.place)
    }

    private static func found(in store: any ObjectStore) async throws -> String? {
        try await store.get(.storeIdentity, limit: 1024).map(text)
    }

    private static func make(in store: any ObjectStore) async throws -> String {
        let fresh = (0..<4).map { _ in String(UInt32.random(in: .min ... .max), radix: 36) }.joined(separator: "-")
        _ = try await store.put(Array((fresh + "\n").utf8), as: .storeIdentity, contentType: "text/plain", ifAbsent: true)
        // Another process may have been first.
        if let found = try await found(in: store) { return found }
        return fresh
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    private static let record: SQLStatement = "INSERT INTO farm.store_identity (id, place) VALUES ($1, $2) ON CONFLICT DO NOTHING"
}

/// The store that this process sees is not the one that the database belongs to.
package enum StoreIdentityError: Error, Hashable, CustomStringConvertible {
    case other(found: String, place: String, recorded: String, recordedPlace: String)
    /// The store has lost its id.
    case missing(String)

    package var description: String {
        switch self {
        case .missing(let place):
            "the store at \(place) carries no id any more: it is empty, or another one, for example a directory that is not mounted"
        case .other(let found, let place, let recorded, let recordedPlace):
            """
            the store at \(place) has the id \(found), but the database belongs to the store \(recorded), which was at \(recordedPlace): \
            all frontends and workers need one and the same store. If the images of the other store are to be given up, remove the row of \
            farm.store_identity and empty farm.layers and farm.manifests
            """
        }
    }
}
