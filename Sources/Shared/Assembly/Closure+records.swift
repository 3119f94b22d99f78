package import Layers
package import Records

extension Closure {
    /// A closure as it is recorded.
    /// - Throws: `ClosureError`, `StorePathError`.
    package init(requested: [StorePath], records: [PathRecord]) throws {
        try self.init(
            requested: Set(requested).sorted(),
            paths: try records.map { record in
                PathInfo(
                    path: try StorePath(record.path), narSize: record.narSize, references: try record.references.map { try StorePath($0) })
            })
    }
}
