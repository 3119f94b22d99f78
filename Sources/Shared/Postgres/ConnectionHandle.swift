internal import CLibpq

/// The parts of an open connection that statements run on. It does not own the connection: it is valid while a ``PostgresConnection`` is.
@safe struct ConnectionHandle {
    let connection: OpaquePointer
    let request: CancelRequest
    let statements = PreparedStatements()

    init(_ connection: OpaquePointer, _ request: CancelRequest) {
        unsafe self.connection = connection
        self.request = request
    }

    var socket: Int32 { unsafe PQsocket(connection) }
    var isOpen: Bool { unsafe PQstatus(connection) == CONNECTION_OK }
    var isInTransaction: Bool { unsafe PQtransactionStatus(connection) == PQTRANS_INTRANS }
    var isInFailedTransaction: Bool { unsafe PQtransactionStatus(connection) == PQTRANS_INERROR }
    var isIdle: Bool { unsafe PQtransactionStatus(connection) == PQTRANS_IDLE }

    /// Reads what the server sent without being asked: notifications, notices, or the end of the connection.
    /// - Returns: false when the connection has broken.
    func readUnasked() -> Bool {
        // More than once: the end of the connection is read only after what came before it.
        while isOpen, SocketWait.hasUnaskedData(socket) {
            guard unsafe PQconsumeInput(connection) == 1 else { return false }
        }
        return isOpen
    }

    /// Runs a prepared statement, preparing it first if this connection has not seen it.
    func execute(_ statement: SQLStatement, _ values: [SQLValue], _ limits: StatementLimits) throws -> PostgresResult {
        let parameters = try BoundParameters(values)
        let result = try executePrepared(statement, parameters, limits)
        guard unsafe PostgresError.isStalePlan(result.pointer), let stale = statements.name(of: statement) else {
            return try result.checked()
        }
        statements.forget(statement)
        // Inside a transaction, which the error has ended, it is prepared anew the next time.
        guard isIdle else { return try result.checked() }
        _ = try? script("DEALLOCATE \(stale)", limits)
        return try executePrepared(statement, parameters, limits).checked()
    }

    /// Runs SQL text that may hold several statements, in one implicit transaction unless it says otherwise.
    /// - Returns: the last statement's result.
    func script(_ text: String, _ limits: StatementLimits) throws -> PostgresResult {
        try exchange(limits) { unsafe PQsendQuery(connection, text) }.checked()
    }

    private func executePrepared(_ statement: SQLStatement, _ parameters: BoundParameters, _ limits: StatementLimits) throws
        -> PostgresResult
    {
        let name = try statements.name(of: statement) ?? prepare(statement, limits)
        return try exchange(limits) {
            unsafe parameters.withPointers { values, lengths, formats in
                unsafe PQsendQueryPrepared(connection, name, parameters.count, values, lengths, formats, 1)
            }
        }
    }

    private func prepare(_ statement: SQLStatement, _ limits: StatementLimits) throws -> String {
        let name = statements.newName()
        _ = try exchange(limits) { unsafe PQsendPrepare(connection, name, statement.text, 0, nil) }.checked()
        statements.remember(statement, as: name)
        return name
    }
}
