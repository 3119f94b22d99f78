package import Hashing
package import Publication
package import Records

/// What is known about layers and store paths: in the database for a worker, in memory for a build without one.
package protocol LayerLedger: Sendable {
    func layers(_ keys: [Digest]) async throws -> [Digest: LayerRecord]
    /// - Returns: the record that counts, which may be an earlier one.
    func record(_ layer: LayerRecord) async throws -> LayerRecord
    /// Before blobs of these digests are stored: none of them is being removed, nor will be.
    func reserve(_ digests: [Digest]) async throws
    /// - Returns: the recorded form of all paths.
    func record(_ paths: [PathRecord]) async throws -> [PathRecord]
}

extension StoredLedger: LayerLedger {}

/// Knows nothing and remembers nothing: every layer is packed.
package struct EmptyLedger: LayerLedger {
    package init() {}

    package func layers(_ keys: [Digest]) -> [Digest: LayerRecord] { [:] }
    package func record(_ layer: LayerRecord) -> LayerRecord { layer }
    package func reserve(_ digests: [Digest]) {}
    package func record(_ paths: [PathRecord]) -> [PathRecord] { paths }
}
