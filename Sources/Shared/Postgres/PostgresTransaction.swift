/// A transaction while it is open. Its calls block, on the connection's own thread, so no transaction ever waits for anything but the server.
@safe package struct PostgresTransaction: ~Copyable {
    private let handle: ConnectionHandle
    private let limits: StatementLimits

    init(_ handle: ConnectionHandle, _ limits: StatementLimits) {
        self.handle = handle
        self.limits = limits
    }

    /// Runs a statement and decodes its rows.
    package func rows<Value>(
        _ statement: SQLStatement, _ values: [SQLValue] = [], _ decode: (borrowing PostgresRow) throws -> Value
    ) throws -> [Value] {
        try handle.execute(statement, values, limits).rows(decode)
    }

    /// Runs a statement and decodes its first row; `nil` if there is none.
    package func first<Value>(
        _ statement: SQLStatement, _ values: [SQLValue] = [], _ decode: (borrowing PostgresRow) throws -> Value
    ) throws -> Value? {
        try handle.execute(statement, values, limits).first(decode)
    }

    /// Runs a statement.
    /// - Returns: how many rows it touched.
    @discardableResult
    package func execute(_ statement: SQLStatement, _ values: [SQLValue] = []) throws -> Int {
        try handle.execute(statement, values, limits).affectedRows
    }
}
