internal import CLibpq

/// What the server answered to one statement. It is in memory as a whole.
@safe package struct PostgresResult: ~Copyable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit { unsafe PQclear(pointer) }

    /// How many rows came back.
    package var rowCount: Int { unsafe Int(PQntuples(pointer)) }

    /// How many rows an INSERT, UPDATE, DELETE or SELECT touched or returned.
    package var affectedRows: Int {
        unsafe PQcmdTuples(pointer).flatMap { unsafe Int(String(cString: $0)) } ?? 0
    }

    /// Decodes the rows in order. The rows given to `decode` end with it.
    package func rows<Value>(_ decode: (borrowing PostgresRow) throws -> Value) throws -> [Value] {
        guard rowCount > 0 else { return [] }
        let columns = unsafe ResultColumns(pointer)
        var values: [Value] = []
        values.reserveCapacity(rowCount)
        for index in 0..<rowCount {
            values.append(try decode(unsafe PostgresRow(pointer, Int32(index), columns)))
        }
        return values
    }

    /// Decodes the first row; `nil` if there is none.
    package func first<Value>(_ decode: (borrowing PostgresRow) throws -> Value) throws -> Value? {
        guard rowCount > 0 else { return nil }
        return try decode(unsafe PostgresRow(pointer, 0, ResultColumns(pointer)))
    }

    var isError: Bool {
        let status = unsafe PQresultStatus(pointer)
        return status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY
    }

    var isCopy: Bool {
        let status = unsafe PQresultStatus(pointer)
        return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH
    }

    var sqlState: String? {
        isError ? unsafe PostgresError(result: pointer).sqlState : nil
    }

    /// The result itself.
    /// - Throws: ``PostgresError`` when it is an error.
    consuming func checked() throws(PostgresError) -> PostgresResult {
        if isError { throw unsafe PostgresError(result: pointer) }
        return self
    }
}
