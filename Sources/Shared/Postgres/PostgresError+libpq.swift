internal import CLibpq

extension PostgresError {
    /// The error that a result carries. `PQresultErrorMessage` is not used: it may include DETAIL, which quotes data.
    init(result: OpaquePointer?) {
        let sqlState = unsafe Self.field("C", of: result)
        let primary = unsafe Self.field("M", of: result) ?? "PostgreSQL gave no reason"
        unsafe self.init(
            kind: .server, sqlState: sqlState, severity: Self.field("V", of: result),
            message: Self.withoutData(primary, sqlState: sqlState),
            constraint: Self.field("n", of: result), position: Self.field("P", of: result).flatMap { Int($0) })
    }

    /// True for a prepared statement that the server no longer has, or whose result changed its columns since it was prepared.
    /// Such a statement fails before it does anything.
    static func isStalePlan(_ result: OpaquePointer?) -> Bool {
        switch unsafe field("C", of: result) {
        case "26000": true
        case "0A000": unsafe field("R", of: result) == "RevalidateCachedQuery"
        default: false
        }
    }

    /// The connection broke, by default while a statement was under way.
    static func connectionLost(_ connection: OpaquePointer, isOutcomeUnknown: Bool = true) -> PostgresError {
        let reason = unsafe oneLine(PQerrorMessage(connection))
        return PostgresError(
            kind: .connection, message: "the connection to PostgreSQL broke before the answer came: \(reason)",
            isOutcomeUnknown: isOutcomeUnknown)
    }

    /// libpq's messages end in a newline and may have several lines.
    static func oneLine(_ message: UnsafePointer<CChar>?) -> String {
        let text = unsafe message.map { unsafe String(cString: $0) } ?? ""
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Fields are named by the letters of the protocol's error message ("Error and Notice Message Fields").
    private static func field(_ letter: Unicode.Scalar, of result: OpaquePointer?) -> String? {
        unsafe PQresultErrorField(result, Int32(letter.value)).map { unsafe String(cString: $0) }
    }

    /// Data exceptions (class 22) quote the value in their message: `invalid input syntax for type uuid: "..."`. So do a few others
    /// that take a value for a name (42704, 42P01, 42883 by `::regclass`), but there the name is nearly always the program's own.
    static func withoutData(_ message: String, sqlState: String?) -> String {
        guard let sqlState, sqlState.hasPrefix("22") else { return message }
        return maskingQuotes(message)
    }

    /// Replaces all from the first quotation mark to the last, whatever marks the server's language uses.
    static func maskingQuotes(_ message: String) -> String {
        let marks: Set<Character> = ["\"", "«", "»", "„", "“", "”", "「", "」"]
        guard let first = message.firstIndex(where: marks.contains), let last = message.lastIndex(where: marks.contains) else {
            return message
        }
        return message[..<first] + "\"...\"" + message[message.index(after: last)...]
    }
}
