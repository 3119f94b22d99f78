package import Hashing

/// One step of the schema: a numbered file of plain SQL, which psql can read too.
package struct Migration: Sendable, Hashable {
    /// The order; from 1, up to four digits.
    package let number: Int
    /// The file's name, `NNNN_what_it_does.sql`.
    package let fileName: String
    /// The statements. They run in one transaction, so there is no BEGIN or COMMIT among them.
    package let sql: String
    /// Of the file's bytes.
    package let checksum: Digest

    /// - Throws: ``MigrationError`` for a name that is not `NNNN_name.sql` (small letters, digits, `_`, `-`) or bytes that are not UTF-8.
    package init(fileName: String, bytes: [UInt8]) throws {
        guard let number = Self.number(of: fileName) else { throw MigrationError.badFileName(fileName) }
        guard let sql = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else { throw MigrationError.notText(fileName) }
        self.number = number
        self.fileName = fileName
        self.sql = sql
        checksum = try SHA256.digest(of: bytes)
    }

    private static func number(of fileName: String) -> Int? {
        let parts = fileName.split(separator: "_", maxSplits: 1)
        guard parts.count == 2, parts[0].utf8.count == 4, parts[0].utf8.allSatisfy({ (48...57).contains($0) }), parts[1].hasSuffix(".sql")
        else {
            return nil
        }
        let name = parts[1].dropLast(4)
        guard !name.isEmpty, name.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 95 || $0 == 45 }) else {
            return nil
        }
        return Int(parts[0]).flatMap { $0 > 0 ? $0 : nil }
    }
}
