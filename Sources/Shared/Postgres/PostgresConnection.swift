private import CLibpq
private import Glibc

/// One open connection. All its calls block the thread that makes them; ``PostgresPool`` keeps connections on threads of their own.
@safe package struct PostgresConnection: ~Copyable {
    let handle: ConnectionHandle

    /// Connects, and puts the session's settings in force. Takes up to the configuration's `connect_timeout` for each address.
    /// - Throws: ``PostgresError`` of kind `connection` that says which server was tried, and which variables to set.
    package init(_ configuration: PostgresConfiguration) throws(PostgresError) {
        handle = try Self.opened(configuration)
    }

    deinit { unsafe PQfinish(handle.connection) }

    /// Runs one statement with bound values.
    package func execute(_ statement: SQLStatement, _ values: [SQLValue] = []) throws -> PostgresResult {
        try handle.execute(statement, values, .none)
    }

    /// Runs SQL text that may hold several statements; all of it is the program's or the operator's own, never a client's.
    package func script(_ text: String) throws {
        _ = try handle.script(text, .none)
    }

    /// Can take another call: open, and not inside a transaction that somebody left.
    var isReusable: Bool { handle.isOpen && handle.isIdle }

    private static func opened(_ configuration: PostgresConfiguration) throws(PostgresError) -> ConnectionHandle {
        guard let connection = unsafe connected(configuration.parameters) else {
            throw PostgresError(kind: .connection, message: "no memory left to connect to PostgreSQL")
        }
        // Else libpq prints what the server says on the standard error.
        unsafe PQsetNoticeProcessor(connection, { _, _ in }, nil)
        guard unsafe PQstatus(connection) == CONNECTION_OK, unsafe PQsetnonblocking(connection, 1) == 0,
            let request = unsafe CancelRequest(connection)
        else {
            let error = unsafe PostgresError.unreachable(connection)
            unsafe PQfinish(connection)
            throw error
        }
        let handle = unsafe ConnectionHandle(connection, request)
        do {
            try SessionSettings.apply(configuration, to: handle)
        } catch {
            let target = unsafe PostgresError.target(of: connection)
            unsafe PQfinish(connection)
            throw PostgresError(kind: .connection, message: "cannot set up a session of PostgreSQL at \(target): \(error)")
        }
        // From here on libpq's own texts, of which some reach our errors, name errors by SQLSTATE without the server's words.
        unsafe PQsetErrorVerbosity(connection, PQERRORS_SQLSTATE)
        return handle
    }

    private static func connected(_ parameters: [String: String]) -> OpaquePointer? {
        let words = parameters.merging(["client_encoding": "UTF8"]) { _, fixed in fixed }
        let keywords = unsafe words.keys.map { unsafe UnsafePointer(strdup($0)) } + [nil]
        let values = unsafe words.values.map { unsafe UnsafePointer(strdup($0)) } + [nil]
        defer {
            for index in unsafe keywords.indices {
                unsafe free(UnsafeMutablePointer(mutating: keywords[index]))
                unsafe free(UnsafeMutablePointer(mutating: values[index]))
            }
        }
        return unsafe PQconnectdbParams(keywords, values, 0)
    }
}
