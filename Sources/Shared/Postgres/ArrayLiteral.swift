internal import Hashing

/// PostgreSQL's text form of a one-dimensional array: `{1,NULL,"a \"quoted\" text"}` ("Array Input and Output Syntax" in its manual).
struct ArrayLiteral {
    private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]

    init<Element>(_ elements: [Element?], _ append: (inout ArrayLiteral, Element) -> Void) {
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            if let element {
                append(&self, element)
            } else {
                bytes.append(contentsOf: "NULL".utf8)
            }
        }
        bytes.append(UInt8(ascii: "}"))
    }

    mutating func appendPlain(_ text: some StringProtocol) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Always quoted: then only the quote and the backslash have a meaning of their own.
    mutating func appendQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// `bytea` in its hex form; its backslash is escaped because the array's syntax takes one away.
    mutating func appendHexadecimal(_ value: [UInt8]) {
        bytes.append(contentsOf: "\"\\\\x".utf8)
        bytes.append(contentsOf: Hexadecimal.encode(value).utf8)
        bytes.append(UInt8(ascii: "\""))
    }
}
