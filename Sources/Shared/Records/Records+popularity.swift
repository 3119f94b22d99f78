package import Hashing
private import Postgres

/// Popularity data by its digest.
extension Records {
    /// Records popularity data; data that is there already stays.
    package func record(popularity bytes: [UInt8], digest: Digest) async throws {
        // Asked first: a restarted frontend need not send megabytes that are there.
        guard try await pool.first(Self.popularityExists, [.bytes(digest.bytes)], { try $0.bool("exists") }) != true else { return }
        try await pool.execute(Self.insertPopularity, [.bytes(digest.bytes), .bytes(bytes)])
    }

    /// The data that a recipe names; `nil` when it is not recorded.
    package func popularity(_ digest: Digest) async throws -> [UInt8]? {
        try await pool.first(Self.selectPopularity, [.bytes(digest.bytes)]) { try $0.bytes("bytes") }
    }

    private static let popularityExists: SQLStatement = "SELECT EXISTS (SELECT FROM farm.popularity WHERE digest = $1) AS exists"
    private static let insertPopularity: SQLStatement = "INSERT INTO farm.popularity (digest, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING"
    private static let selectPopularity: SQLStatement = "SELECT bytes FROM farm.popularity WHERE digest = $1"
}
