internal import CLibpq

/// One row of a result, for as long as it is being decoded: being noncopyable, it cannot outlive the result.
///
/// Each accessor names a column and the Swift type it is to have, and throws a ``PostgresError`` of kind `decoding` when the column does
/// not exist, is null (the `optional` forms give `nil`), or has a type that does not convert without loss.
@safe package struct PostgresRow: ~Copyable {
    private let result: OpaquePointer
    private let index: Int32
    private let columns: ResultColumns

    init(_ result: OpaquePointer, _ index: Int32, _ columns: ResultColumns) {
        unsafe self.result = result
        self.index = index
        self.columns = columns
    }

    package func isNull(_ column: String) throws -> Bool {
        unsafe PQgetisnull(result, index, Int32(try columns.index(of: column))) == 1
    }

    /// Decodes the value of a column where it lies; `nil` for null.
    func decode<Value>(_ column: String, _ convert: (ColumnValue) throws(PostgresError) -> Value) throws(PostgresError) -> Value? {
        let position = try columns.index(of: column)
        guard unsafe PQgetisnull(result, index, Int32(position)) == 0 else { return nil }
        let length = unsafe Int(PQgetlength(result, index, Int32(position)))
        let bytes = unsafe UnsafeRawBufferPointer(start: PQgetvalue(result, index, Int32(position)), count: length)
        return try convert(unsafe ColumnValue(column: column, type: columns.types[position], bytes: bytes))
    }

    /// The same, where null is an error.
    func require<Value>(_ column: String, _ convert: (ColumnValue) throws(PostgresError) -> Value) throws(PostgresError) -> Value {
        guard let value = try decode(column, convert) else {
            throw PostgresError(kind: .decoding, message: "column \(column) is null")
        }
        return value
    }
}
