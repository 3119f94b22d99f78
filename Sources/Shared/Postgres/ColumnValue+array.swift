extension ColumnValue {
    /// The elements of a one-dimensional array (`array_send`): the number of dimensions, a flag for nulls and the elements' type; for each
    /// dimension its length and lower bound; then each element as a length and bytes, with a length of -1 for null.
    func elements<Element>(_ convert: (ColumnValue) throws(PostgresError) -> Element) throws(PostgresError) -> [Element] {
        guard let elementType = Self.elementTypes[type] else { throw mismatch("an array") }
        let dimensions: Int32 = try integer(at: 0)
        guard dimensions > 0 else { return [] }
        guard dimensions == 1 else { throw mismatch("an array of one dimension: it has \(dimensions)") }
        let count: Int32 = try integer(at: 12)
        var offset = 20
        var elements: [Element] = []
        elements.reserveCapacity(Int(max(0, count)))
        for _ in 0..<max(0, count) {
            let length: Int32 = try integer(at: offset)
            offset += 4
            guard length >= 0 else { throw PostgresError(kind: .decoding, message: "column \(column) is an array with a null in it") }
            let end = offset + Int(length)
            guard unsafe end <= bytes.count else { throw truncated }
            let element = unsafe UnsafeRawBufferPointer(rebasing: bytes[offset..<end])
            elements.append(try convert(unsafe ColumnValue(column: column, type: elementType, bytes: element)))
            offset = end
        }
        return elements
    }

    private static let elementTypes: [PostgresType: PostgresType] = [
        PostgresType(rawValue: 1000): .bool, PostgresType(rawValue: 1001): .bytes, PostgresType(rawValue: 1003): .name,
        PostgresType(rawValue: 1005): .int2, PostgresType(rawValue: 1007): .int4, PostgresType(rawValue: 1009): .text,
        PostgresType(rawValue: 1014): .paddedText, PostgresType(rawValue: 1015): .varchar, PostgresType(rawValue: 1016): .int8,
        PostgresType(rawValue: 199): .json, PostgresType(rawValue: 3807): .jsonb, PostgresType(rawValue: 1231): .numeric,
    ]
}
