package import ObjectStorage
package import Postgres

/// Which store it is, said once: the store carries an id, the database records it. A directory that is not really shared between two hosts is
/// found out when the second process starts.
package enum StoreIdentity {
    /// Reads the store's id and compares it with the recorded one, recording it for a new database.
    ///
    /// A new store is given its id by one process alone, the one whose id the database takes first: not every store keeps the promise to
    /// leave an object that is there as it is. The others wait for it.
    /// - Parameter patience: how long they wait.
    /// - Throws: ``StoreIdentityError``, `StorageError`, `PostgresError`, `CancellationError`.
    package static func check(_ store: any ObjectStore, _ pool: PostgresPool, patience: Duration = .seconds(5)) async throws {
        let known = try await found(in: store)
        let id = known ?? fresh()
        let isFirst = try await pool.first(record, [.text(id), .text(store.place)]) { try $0.text("id") } != nil
        if isFirst, known == nil { try await give(id, to: store, pool) }
        try await compare(settled(in: store, within: patience), store, pool)
    }

    /// That it is the recorded store that is there. Makes and records nothing.
    /// - Throws: as ``check(_:_:)``; `missing` if the store carries no id.
    package static func confirm(_ store: any ObjectStore, _ pool: PostgresPool) async throws {
        try await compare(found(in: store), store, pool)
    }

    private static func compare(_ id: String?, _ store: any ObjectStore, _ pool: PostgresPool) async throws {
        let recorded = try await pool.first("SELECT id, place FROM farm.store_identity") { row in
            (id: try row.text("id"), place: try row.text("place"))
        }
        guard let id else { throw StoreIdentityError.missing(place: store.place, recordedPlace: recorded?.place) }
        guard let recorded, recorded.id != id else { return }
        throw StoreIdentityError.other(found: id, place: store.place, recorded: recorded.id, recordedPlace: recorded.place)
    }

    private static func found(in store: any ObjectStore) async throws -> String? {
        try await store.get(.storeIdentity, limit: 1024).map(text)
    }

    private static func fresh() -> String {
        (0..<4).map { _ in String(UInt32.random(in: .min ... .max), radix: 36) }.joined(separator: "-")
    }

    /// Nothing stays recorded of a store that did not take it.
    private static func give(_ id: String, to store: any ObjectStore, _ pool: PostgresPool) async throws {
        do {
            _ = try await store.put(Array((id + "\n").utf8), as: .storeIdentity, contentType: "text/plain", ifAbsent: true)
        } catch {
            _ = try? await pool.execute("DELETE FROM farm.store_identity WHERE id = $1", [.text(id)])
            throw error
        }
    }

    /// The store's id, which another process may be about to give it.
    private static func settled(in store: any ObjectStore, within patience: Duration) async throws -> String? {
        let end = ContinuousClock.now + patience
        while true {
            if let id = try await found(in: store) { return id }
            guard .now < end else { return nil }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    private static let record: SQLStatement =
        "INSERT INTO farm.store_identity (id, place) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id"
}

/// The store that this process sees is not the one that the database belongs to.
package enum StoreIdentityError: Error, Hashable, CustomStringConvertible {
    case other(found: String, place: String, recorded: String, recordedPlace: String)
    /// The store carries no id, though the database has recorded one.
    case missing(place: String, recordedPlace: String?)

    package var description: String {
        switch self {
        case .missing(let place, let recordedPlace):
            """
            the store at \(place) carries no id: it is empty, or another one than the database's\(recordedPlace.map { ", which was at \($0)" } ?? ""), \
            for example a directory that is not mounted. \(Self.advice)
            """
        case .other(let found, let place, let recorded, let recordedPlace):
            """
            the store at \(place) has the id \(found), but the database belongs to the store \(recorded), which was at \(recordedPlace). \
            \(Self.advice)
            """
        }
    }

    private static let advice = """
        All frontends and workers need one and the same store. If the images of the other store are to be given up, remove the row of \
        farm.store_identity and empty farm.layers and farm.manifests
        """
}
