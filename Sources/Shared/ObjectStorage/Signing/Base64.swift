private import CLibcrypto

/// Base 64 (RFC 4648) by OpenSSL.
package enum Base64 {
    package static func encode(_ bytes: [UInt8]) -> String {
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = unsafe EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
        return String(decoding: text.prefix(Int(count)), as: UTF8.self)
    }

    /// For URLs and tokens, without padding (RFC 4648, 5).
    package static func encodeForURL(_ bytes: [UInt8]) -> String {
        String(
            encode(bytes).compactMap { character -> Character? in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            })
    }

    /// `nil` for what is not base 64 with its padding, or has line breaks.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count.isMultiple(of: 4), !characters.contains(where: { $0 <= 0x20 }) else { return nil }
        if characters.isEmpty { return [] }
        var bytes = [UInt8](repeating: 0, count: characters.count / 4 * 3)
        let count = unsafe EVP_DecodeBlock(&bytes, characters, Int32(characters.count))
        guard count == bytes.count else { return nil }
        let padding = characters.suffix(2).count { $0 == UInt8(ascii: "=") }
        return Array(bytes.dropLast(padding))
    }
}
