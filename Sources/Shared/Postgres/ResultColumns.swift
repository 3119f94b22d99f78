internal import CLibpq

/// The names and types of a result's columns, read once: `PQfnumber` would copy and fold the name at each call.
struct ResultColumns {
    private let names: [String]
    let types: [PostgresType]

    init(_ result: OpaquePointer) {
        let indices = unsafe 0..<PQnfields(result)
        names = indices.map { index in unsafe PQfname(result, index).map { unsafe String(cString: $0) } ?? "" }
        types = indices.map { PostgresType(rawValue: unsafe PQftype(result, $0)) }
    }

    /// - Throws: ``PostgresError`` when the result has no such column.
    func index(of name: String) throws(PostgresError) -> Int {
        guard let index = names.firstIndex(of: name) else {
            throw PostgresError(kind: .decoding, message: "the result has no column \(name); it has \(names.joined(separator: ", "))")
        }
        return index
    }
}
