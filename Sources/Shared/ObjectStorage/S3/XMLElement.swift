/// The elements of an XML document as S3 sends them: text and elements in elements. Attributes, comments and declarations are passed over; there
/// are no entities but the five of XML and characters by number.
package struct XMLElement: Hashable, Sendable {
    package let name: String
    package private(set) var text = ""
    package private(set) var children: [XMLElement] = []

    /// The text of the first child of that name.
    package subscript(name: String) -> String? { children.first { $0.name == name }?.text }

    package func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// The root of a document; `nil` for what is not well formed, or nested deeper than such answers are.
    package init?(document: [UInt8]) {
        var stack = [XMLElement(name: "")]
        var rest = document[...]
        while let byte = rest.first {
            guard byte == UInt8(ascii: "<") else {
                let end = rest.firstIndex(of: UInt8(ascii: "<")) ?? rest.endIndex
                guard let text = Self.decoded(rest[..<end]) else { return nil }
                stack[stack.count - 1].text += text
                rest = rest[end...]
                continue
            }
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return nil }
            let tag = rest[(rest.startIndex + 1)..<end]
            rest = rest[(end + 1)...]
            switch tag.first {
            case UInt8(ascii: "?"), UInt8(ascii: "!"): continue
            case UInt8(ascii: "/"):
                guard stack.count > 1, let closed = stack.popLast(), closed.name == Self.name(tag.dropFirst()) else { return nil }
                stack[stack.count - 1].children.append(closed)
            default:
                guard stack.count < 16 else { return nil }
                let element = XMLElement(name: Self.name(tag))
                if tag.last == UInt8(ascii: "/") { stack[stack.count - 1].children.append(element) } else { stack.append(element) }
            }
        }
        guard stack.count == 1, stack[0].children.count == 1 else { return nil }
        self = stack[0].children[0]
    }

    private init(name: String) { self.name = name }

    /// A tag's name without attributes.
    private static func name(_ tag: ArraySlice<UInt8>) -> String {
        String(decoding: tag.prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }, as: UTF8.self)
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
        var text = ""
        var rest = bytes
        while let ampersand = rest.firstIndex(of: UInt8(ascii: "&")) {
            text += String(decoding: rest[..<ampersand], as: UTF8.self)
            guard let end = rest[ampersand...].firstIndex(of: UInt8(ascii: ";")),
                let character = character(String(decoding: rest[(ampersand + 1)..<end], as: UTF8.self))
            else { return nil }
            text.unicodeScalars.append(character)
            rest = rest[(end + 1)...]
        }
        return text + String(decoding: rest, as: UTF8.self)
    }

    private static func character(_ entity: String) -> Unicode.Scalar? {
        switch entity {
        case "amp": "&"
        case "lt": "<"
        case "gt": ">"
        case "quot": "\""
        case "apos": "'"
        case _ where entity.hasPrefix("#x"): UInt32(entity.dropFirst(2), radix: 16).flatMap { Unicode.Scalar($0) }
        case _ where entity.hasPrefix("#"): UInt32(entity.dropFirst()).flatMap { Unicode.Scalar($0) }
        default: nil
        }
    }
}
