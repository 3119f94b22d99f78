private import Hashing

/// Which files are still to be applied, worked out from the files and the rows of `farm.migrations`.
struct MigrationPlan {
    let pending: [Migration]

    /// - Parameters:
    ///   - files: in order.
    ///   - applied: in order.
    ///   - toleratesNewer: whether the database may have migrations beyond the last file: so for an older program that starts beside a newer
    ///     one, not for applying.
    /// - Throws: ``MigrationError`` where the files contradict what was applied.
    init(files: [Migration], applied: [AppliedMigration], toleratesNewer: Bool) throws(MigrationError) {
        let newest = files.last
        for row in applied {
            guard let file = files.first(where: { $0.number == row.number && $0.fileName == row.fileName }) else {
                if toleratesNewer, row.number > newest?.number ?? 0 { continue }
                throw .missing(row, newest: newest?.fileName ?? "none")
            }
            guard file.checksum.hex == row.checksum else { throw .changed(row) }
        }
        let numbers = Set(applied.map(\.number))
        pending = files.filter { !numbers.contains($0.number) }
        if let first = pending.first, let later = applied.first(where: { $0.number > first.number }) {
            throw .outOfOrder(first.fileName, applied: later)
        }
    }
}
