/// A type of PostgreSQL by its object identifier (`pg_type.dat` of its sources; these never change).
struct PostgresType: RawRepresentable, Hashable {
    let rawValue: UInt32

    static let bool = PostgresType(rawValue: 16)
    static let bytes = PostgresType(rawValue: 17)
    static let name = PostgresType(rawValue: 19)
    static let int8 = PostgresType(rawValue: 20)
    static let int2 = PostgresType(rawValue: 21)
    static let int4 = PostgresType(rawValue: 23)
    static let text = PostgresType(rawValue: 25)
    static let objectIdentifier = PostgresType(rawValue: 26)
    static let json = PostgresType(rawValue: 114)
    static let float4 = PostgresType(rawValue: 700)
    static let float8 = PostgresType(rawValue: 701)
    static let unknown = PostgresType(rawValue: 705)
    static let paddedText = PostgresType(rawValue: 1042)
    static let varchar = PostgresType(rawValue: 1043)
    static let timestampWithTimeZone = PostgresType(rawValue: 1184)
    static let numeric = PostgresType(rawValue: 1700)
    static let void = PostgresType(rawValue: 2278)
    static let jsonb = PostgresType(rawValue: 3802)
    static let xid8 = PostgresType(rawValue: 5069)

    /// Types whose binary form is their text. (A domain is sent as its base type.)
    var isTextual: Bool {
        switch self {
        case .text, .varchar, .name, .paddedText, .json, .unknown: true
        default: false
        }
    }

    /// Not a built-in type: those have identifiers below 16,384 (`FirstNormalObjectId`).
    var isOfSchema: Bool { rawValue >= 16384 }

    /// For an error's text.
    var label: String {
        Self.labels[self] ?? "the type with OID \(rawValue)"
    }

    private static let labels: [PostgresType: String] = [
        .bool: "bool", .bytes: "bytea", .name: "name", .int8: "int8", .int2: "int2", .int4: "int4", .text: "text", .objectIdentifier: "oid",
        .json: "json", .float4: "float4", .float8: "float8", .paddedText: "char", .varchar: "varchar",
        .timestampWithTimeZone: "timestamptz",
        .numeric: "numeric", .void: "void", .jsonb: "jsonb", .xid8: "xid8",
    ]
}
