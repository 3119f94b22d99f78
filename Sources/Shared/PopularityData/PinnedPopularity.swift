package import Hashing
package import Layers
private import Registry

/// Popularity data with the digest by which a recipe names it.
package struct PinnedPopularity: Hashable, Sendable {
    /// One JSON object without white space, its names in bytewise order: equal data has equal bytes, however it was written.
    package let bytes: [UInt8]

    /// SHA-256 of ``bytes``.
    package let digest: Digest

    package let popularity: Popularity

    /// - Parameter json: popularity data in any layout.
    /// - Throws: `PopularityError`; `HashingError` when OpenSSL has no SHA-256.
    package init(json: [UInt8]) throws { try self.init(counts: try Popularity.counts(json: json)) }

    /// - Parameter counts: name without hash -> how many paths refer to it; at most 2^63 - 1.
    /// - Throws: `HashingError` when OpenSSL has no SHA-256.
    package init(counts: [String: UInt64]) throws(HashingError) {
        let members = counts.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { name, count in
            JSON.Member(name: name, value: .int(Int64(clamping: count)))
        }
        bytes = JSON.object(members).bytes
        digest = try SHA256.digest(of: bytes)
        popularity = Popularity(counts: counts)
    }
}
