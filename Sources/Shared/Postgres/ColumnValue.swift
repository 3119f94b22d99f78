/// A value in PostgreSQL's binary form, in the memory of its result. The forms are those of each type's send function
/// (`src/backend/utils/adt` of its sources): numbers in network byte order, texts and bytes as they are.
@safe struct ColumnValue {
    let column: String
    let type: PostgresType
    let bytes: UnsafeRawBufferPointer

    func text() throws(PostgresError) -> String {
        if type.isTextual { return unsafe String(decoding: bytes, as: UTF8.self) }
        // Enums are sent as their labels; other types of an extension or a schema are not text.
        if type.isOfSchema, let text = unsafe String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) { return text }
        // jsonb: a version (1), then the text.
        if type == .jsonb, unsafe bytes.first == 1 { return unsafe String(decoding: bytes.dropFirst(), as: UTF8.self) }
        throw mismatch("text")
    }

    func int() throws(PostgresError) -> Int {
        switch type {
        case .int8: return Int(try integer(Int64.self))
        case .int4: return Int(try integer(Int32.self))
        case .int2: return Int(try integer(Int16.self))
        case .objectIdentifier: return Int(try integer(UInt32.self))
        case .xid8:
            guard let value = Int(exactly: try integer(UInt64.self)) else { throw mismatch("an integer of 64 bits") }
            return value
        case .numeric:
            guard let value = try NumericForm(self).wholeNumber else { throw mismatch("an integer of 64 bits (its value is not one)") }
            return value
        default: throw mismatch("an integer")
        }
    }

    func double() throws(PostgresError) -> Double {
        switch type {
        case .float8: return Double(bitPattern: try integer(UInt64.self))
        case .float4: return Double(Float(bitPattern: try integer(UInt32.self)))
        case .numeric: return try NumericForm(self).double
        // Microseconds since 2000-01-01 00:00 UTC, which is 946,684,800 seconds after the Unix epoch.
        case .timestampWithTimeZone: return Double(try integer(Int64.self)) / 1e6 + 946_684_800
        case .int8, .int4, .int2: return Double(try int())
        default: throw mismatch("a floating-point number")
        }
    }

    func bool() throws(PostgresError) -> Bool {
        guard type == .bool, unsafe bytes.count == 1 else { throw mismatch("bool") }
        return unsafe bytes[0] != 0
    }

    func byteArray() throws(PostgresError) -> [UInt8] {
        guard type == .bytes else { throw mismatch("bytea") }
        return unsafe Array(bytes)
    }

    /// The integer that the value is as a whole.
    private func integer<Value: FixedWidthInteger>(_: Value.Type) throws(PostgresError) -> Value {
        guard unsafe bytes.count == MemoryLayout<Value>.size else { throw mismatch("a number of \(MemoryLayout<Value>.size) bytes") }
        return try integer(at: 0)
    }

    /// The integer that begins `offset` bytes into the value.
    func integer<Value: FixedWidthInteger>(at offset: Int) throws(PostgresError) -> Value {
        guard offset >= 0, unsafe bytes.count - offset >= MemoryLayout<Value>.size else { throw truncated }
        return unsafe Value(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    func mismatch(_ wanted: String) -> PostgresError {
        PostgresError(
            kind: .decoding, message: "column \(column) is \(type.label), which does not read as \(wanted); cast it in the statement")
    }

    var truncated: PostgresError {
        PostgresError(kind: .decoding, message: "column \(column) holds fewer bytes than its type \(type.label) needs")
    }
}
