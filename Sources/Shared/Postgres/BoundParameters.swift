/// The values of one call, laid out as `PQsendQueryPrepared` takes them: one block of memory and an address, a length and a format each.
struct BoundParameters {
    private var storage: [UInt8] = []
    /// Where each value begins in `storage`; `nil` for null.
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    private static let text: Int32 = 0
    private static let binary: Int32 = 1

    /// - Throws: ``PostgresError`` for a text that holds a zero character, which PostgreSQL cannot store, and for a value over 1 GiB.
    init(_ values: [SQLValue]) throws(PostgresError) {
        offsets.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            switch value {
            case .null: appendNull()
            case .bool(let value): try append(value ? "t" : "f", index)
            case .int(let value): try append(String(value), index)
            case .double(let value): try append(String(value), index)
            case .text(let value): try append(value, index)
            case .bytes(let value): try append(value, Self.binary, index)
            case .boolArray(let elements): try append(ArrayLiteral(elements) { $0.appendPlain($1 ? "t" : "f") }, index)
            case .intArray(let elements): try append(ArrayLiteral(elements) { $0.appendPlain(String($1)) }, index)
            case .textArray(let elements): try append(ArrayLiteral(elements) { $0.appendQuoted($1) }, index)
            case .bytesArray(let elements): try append(ArrayLiteral(elements) { $0.appendHexadecimal($1) }, index)
            }
        }
    }

    var count: Int32 { Int32(offsets.count) }

    /// The addresses, lengths and formats hold until `body` returns.
    func withPointers(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Int32
    ) -> Int32 {
        unsafe storage.withUnsafeBytes { storage in
            unsafe withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: offsets.count) { addresses in
                for (index, offset) in offsets.enumerated() {
                    let address = unsafe offset.flatMap { unsafe storage.baseAddress?.advanced(by: $0) }
                    unsafe addresses.initializeElement(at: index, to: address?.assumingMemoryBound(to: CChar.self))
                }
                return unsafe lengths.withUnsafeBufferPointer { lengths in
                    unsafe formats.withUnsafeBufferPointer { formats in
                        unsafe body(UnsafePointer(addresses.baseAddress), lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }

    private mutating func appendNull() {
        offsets.append(nil)
        lengths.append(0)
        formats.append(Self.text)
    }

    private mutating func append(_ text: String, _ index: Int) throws(PostgresError) {
        try append(Array(text.utf8), Self.text, index)
    }

    private mutating func append(_ literal: ArrayLiteral, _ index: Int) throws(PostgresError) {
        try append(literal.bytes, Self.text, index)
    }

    private mutating func append(_ bytes: [UInt8], _ format: Int32, _ index: Int) throws(PostgresError) {
        // libpq takes a text as a C string: after a zero it would silently be cut.
        if format == Self.text, bytes.contains(0) {
            throw PostgresError(
                kind: .usage, message: "parameter $\(index + 1) holds a zero character, which a text in PostgreSQL cannot hold")
        }
        guard bytes.count <= 1 << 30 else {
            throw PostgresError(kind: .usage, message: "parameter $\(index + 1) has \(bytes.count) bytes; PostgreSQL takes at most 1 GiB")
        }
        offsets.append(storage.count)
        lengths.append(Int32(bytes.count))
        formats.append(format)
        storage.append(contentsOf: bytes)
        storage.append(0)
    }
}
