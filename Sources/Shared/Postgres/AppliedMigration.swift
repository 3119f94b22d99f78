/// A row of `farm.migrations`: a file that has been applied to the database.
package struct AppliedMigration: Sendable, Hashable {
    package let number: Int
    package let fileName: String
    /// SHA-256 of the file as it was then, in 64 hex digits.
    package let checksum: String
    /// By the database's clock, `2026-05-04 13:37:00+00`.
    package let appliedAt: String
}
