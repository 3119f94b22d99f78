/// A path of the Nix store, `/nix/store/<hash>-<name>`, and nothing below it.
///
/// The hash is 32 digits of Nix's base 32 (which has no `e`, `o`, `t` and `u`); the name has 1 to 211 characters of
/// `0-9a-zA-Z+-._?=` and is not `.`, `..` or one of these followed by `-` (Nix manual, "Store path").
/// All of it is ASCII, so that the order of the strings is the order of the bytes.
package struct StorePath: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The directory that holds all store paths, with its closing slash.
    package static let prefix = "/nix/store/"

    private static let hashLength = 32
    private static let maximalNameLength = 211

    /// The whole path.
    package let string: String

    /// - Throws: ``StorePathError`` that says what is wrong with `text`.
    package init(_ text: some StringProtocol) throws(StorePathError) {
        let string = String(text)
        let bytes = Array(string.utf8)
        let start = Self.prefix.utf8.count
        guard string.hasPrefix(Self.prefix) else { throw StorePathError(text: string, problem: .notInStore) }
        guard bytes.count > start + Self.hashLength, bytes[start + Self.hashLength] == UInt8(ascii: "-"),
            bytes[start..<start + Self.hashLength].allSatisfy(Self.isHashDigit)
        else { throw StorePathError(text: string, problem: .hash) }
        let name = bytes[(start + Self.hashLength + 1)...]
        guard (1...Self.maximalNameLength).contains(name.count) else { throw StorePathError(text: string, problem: .nameLength) }
        guard Self.isName(name) else { throw StorePathError(text: string, problem: .name) }
        self.string = string
    }

    /// `<hash>-<name>`.
    package var baseName: String { String(string.dropFirst(Self.prefix.count)) }

    /// The name with its version and without the hash: `hello-2.12.1`.
    package var name: String { String(string.dropFirst(Self.prefix.count + Self.hashLength + 1)) }

    package var description: String { string }

    package static func < (left: StorePath, right: StorePath) -> Bool { left.string < right.string }

    /// Whether a store path can have this name.
    package static func isName(_ text: some StringProtocol) -> Bool {
        (1...maximalNameLength).contains(text.utf8.count) && isName(Array(text.utf8)[...])
    }

    private static func isName(_ name: ArraySlice<UInt8>) -> Bool { name.allSatisfy(isNameCharacter) && !isReserved(name) }

    private static func isHashDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "e"), UInt8(ascii: "o"), UInt8(ascii: "t"), UInt8(ascii: "u"): false
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: false
        }
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "?"), UInt8(ascii: "="): true
        default: false
        }
    }

    private static func isReserved(_ name: ArraySlice<UInt8>) -> Bool {
        let beforeDash = name.prefix { $0 != UInt8(ascii: "-") }
        return beforeDash.elementsEqual(".".utf8) || beforeDash.elementsEqual("..".utf8)
    }
}
