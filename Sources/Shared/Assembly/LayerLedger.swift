package import Hashing
package import PopularityData
package import Publication
package import Records

/// What is known about layers, store paths and popularity: in the database for a worker, in memory for a build without one.
package protocol LayerLedger: Sendable {
    func layers(_ keys: [Digest]) async throws -> [Digest: LayerRecord]
    /// - Returns: the record that counts, which may be an earlier one.
    func record(_ layer: LayerRecord) async throws -> LayerRecord
    /// Before blobs of these digests are stored: none of them is being removed, nor will be.
    func reserve(_ digests: [Digest]) async throws
    /// - Returns: the recorded form of all paths.
    func record(_ paths: [PathRecord]) async throws -> [PathRecord]
    /// - Returns: those of the outputs whose trees are known, encoded.
    func trees(_ outputs: [String]) async throws -> [String: [UInt8]]
    /// Keeps trees of recorded store paths.
    func record(trees: [String: [UInt8]]) async throws
    /// Keeps what packages of a pinned source install; see `Records`.
    func record(outputs: [String: [String]], source: Digest, system: String) async throws
    /// - Returns: the popularity data that a recipe names, `nil` when it is not known.
    func popularity(_ digest: Digest) async throws -> [UInt8]?
}

extension StoredLedger: LayerLedger {}

/// A ledger that remembers no evaluations.
extension LayerLedger {
    package func trees(_ outputs: [String]) -> [String: [UInt8]] { [:] }
    package func record(trees: [String: [UInt8]]) {}
    package func record(outputs: [String: [String]], source: Digest, system: String) {}
}

/// Knows no layers and remembers nothing: every layer is packed.
package struct EmptyLedger: LayerLedger {
    private let popularity: PinnedPopularity?

    /// - Parameter popularity: the data that the build's recipe names.
    package init(popularity: PinnedPopularity? = nil) { self.popularity = popularity }

    package func layers(_ keys: [Digest]) -> [Digest: LayerRecord] { [:] }
    package func record(_ layer: LayerRecord) -> LayerRecord { layer }
    package func reserve(_ digests: [Digest]) {}
    package func record(_ paths: [PathRecord]) -> [PathRecord] { paths }
    package func popularity(_ digest: Digest) -> [UInt8]? { popularity?.digest == digest ? popularity?.bytes : nil }
}
