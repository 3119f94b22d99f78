/// The header fields of a request or an answer, in their order.
package struct HTTPHeaders: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// Names as they were given; compared without regard to case (RFC 9110, 5.1).
    package private(set) var fields: [Field] = []

    package struct Field: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    /// What may follow a redirect to another origin: nothing that says who asks.
    package static let harmless = [
        "accept", "accept-encoding", "accept-language", "if-match", "if-modified-since", "if-none-match", "range", "user-agent",
    ]

    package init() {}

    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    /// The first value of a field; setting it replaces all.
    package subscript(name: String) -> String? {
        get { fields.first { Self.same($0.name, name) }?.value }
        set {
            fields.removeAll { Self.same($0.name, name) }
            if let newValue { add(name, newValue) }
        }
    }

    package mutating func add(_ name: String, _ value: String) { fields.append(Field(name: name, value: value)) }

    /// Those fields that may go to any server.
    var harmlessOnly: HTTPHeaders {
        var headers = HTTPHeaders()
        headers.fields = fields.filter { field in Self.harmless.contains { Self.same($0, field.name) } }
        return headers
    }

    /// A name or value that would end its line and begin another, or `nil` if there is none.
    var unsendable: String? {
        fields.first { field in
            field.name.isEmpty || field.name.utf8.contains { $0 <= 0x20 || $0 == 0x3A || $0 == 0x7F }
                || field.value.utf8.contains { $0 == 0x0A || $0 == 0x0D || $0 == 0 }
        }?.name
    }

    private static func same(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8) { lowered($0) == lowered($1) }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
