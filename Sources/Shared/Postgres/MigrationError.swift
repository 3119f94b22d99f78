/// Why migrations cannot be read or applied.
package enum MigrationError: Error, Sendable, Hashable {
    case unreadable(path: String, reason: String)
    case empty(directory: String)
    case badFileName(String)
    case notText(String)
    case sameNumber(String, String)
    /// An applied file has other bytes now.
    case changed(AppliedMigration)
    /// An applied file is not there.
    case missing(AppliedMigration, newest: String)
    /// A file that is not applied comes before one that is.
    case outOfOrder(String, applied: AppliedMigration)
    /// A statement failed. Its file has been rolled back; those before it stay.
    case failed(fileName: String, line: Int?, reason: String)
    /// The file ended the transaction that it runs in.
    case leftTransaction(fileName: String)
}

extension MigrationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "cannot read \(path): \(reason)"
        case .empty(let directory):
            "no migrations in \(directory): it should hold files named NNNN_name.sql"
        case .badFileName(let name):
            "\(name) is not named like a migration: four digits, an underscore, and a name of small letters, digits, '_' and '-' (0001_jobs.sql)"
        case .notText(let name):
            "\(name) is not UTF-8 text"
        case .sameNumber(let first, let second):
            "\(first) and \(second) have one number: give one of them the next free number"
        case .changed(let applied):
            "\(applied.fileName) has changed since it was applied on \(applied.appliedAt): restore the file and put the change into a new one "
                + "(its SHA-256 was \(applied.checksum))"
        case .missing(let applied, let newest):
            "\(applied.fileName) was applied on \(applied.appliedAt) and is missing here, where the newest is \(newest): "
                + "either the database is newer than this program, or the file was removed or renamed"
        case .outOfOrder(let name, let applied):
            "\(name) comes before \(applied.fileName), which is already applied: give it the next free number"
        case .failed(let name, let line, let reason):
            "\(name)\(line.map { ", line \($0)" } ?? ""): \(reason); the file was rolled back, nothing of it is in the database"
        case .leftTransaction(let name):
            "\(name) ends the transaction it runs in: take BEGIN, COMMIT and ROLLBACK out of it; "
                + "what it did before its COMMIT may be in the database"
        }
    }
}
