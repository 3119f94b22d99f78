/// A value bound to a parameter of a statement: the only way by which data reaches SQL.
///
/// Numbers, texts and arrays are sent in PostgreSQL's text form, so that the server reads them as whatever type the parameter has
/// (`int4`, `bigint`, `timestamptz`, `jsonb`, ...); bytes are sent as they are, for a `bytea`. In an array, `nil` is SQL's null.
package enum SQLValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case text(String)
    case bytes([UInt8])
    case boolArray([Bool?])
    case intArray([Int?])
    case textArray([String?])
    case bytesArray([[UInt8]?])

    /// The value, or null for `nil`.
    package static func optional(_ value: Bool?) -> SQLValue { value.map { .bool($0) } ?? .null }
    /// The value, or null for `nil`.
    package static func optional(_ value: Int?) -> SQLValue { value.map { .int($0) } ?? .null }
    /// The value, or null for `nil`.
    package static func optional(_ value: Double?) -> SQLValue { value.map { .double($0) } ?? .null }
    /// The value, or null for `nil`.
    package static func optional(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
    /// The value, or null for `nil`.
    package static func optional(_ value: [UInt8]?) -> SQLValue { value.map { .bytes($0) } ?? .null }
}

extension SQLValue: CustomStringConvertible, CustomDebugStringConvertible {
    /// The kind of the value without the value, which must not reach a log.
    package var description: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .double: "double"
        case .text: "text"
        case .bytes(let bytes): "\(bytes.count) bytes"
        case .boolArray(let elements): "array of \(elements.count) bools"
        case .intArray(let elements): "array of \(elements.count) ints"
        case .textArray(let elements): "array of \(elements.count) texts"
        case .bytesArray(let elements): "array of \(elements.count) byte strings"
        }
    }

    package var debugDescription: String { description }
}
