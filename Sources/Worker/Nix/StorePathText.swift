/// The text of store paths: `/nix/store/`, 32 characters of hash, `-`, a name.
enum StorePathText {
    private static let prefix = Array("/nix/store/".utf8)
    private static let hashLength = 32

    static func isStorePath(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let name = prefix.count + hashLength + 1
        return bytes.count > name && bytes.starts(with: prefix) && bytes[name - 1] == UInt8(ascii: "-")
            && bytes[prefix.count..<(name - 1)].allSatisfy(isHash) && bytes[name...].allSatisfy(isName)
    }

    /// `/nix/store/<hash>-hello-2.12.drv` gives `hello-2.12`.
    static func name(_ path: some StringProtocol) -> String {
        let base = path.split(separator: "/").last.map { String($0) } ?? String(path)
        let name = base.utf8.count > hashLength + 1 ? String(base.dropFirst(hashLength + 1)) : base
        return name.hasSuffix(".drv") ? String(name.dropLast(4)) : name
    }

    /// The first derivation that a text names.
    static func derivation(in text: String) -> String? {
        let bytes = Array(text.utf8)
        var start = 0
        while start + prefix.count <= bytes.count {
            guard bytes[start...].starts(with: prefix) else {
                start += 1
                continue
            }
            let end = bytes[(start + prefix.count)...].firstIndex { !isName($0) } ?? bytes.count
            // A full stop may also end the sentence.
            var path = String(decoding: bytes[start..<end], as: UTF8.self)
            while path.hasSuffix(".") { path.removeLast() }
            if path.hasSuffix(".drv"), isStorePath(path) { return path }
            start = end
        }
        return nil
    }

    static func isOutputName(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(isName) }

    static func precedes(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }

    /// Nix writes hashes in base 32 without e, o, t, u.
    private static func isHash(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "e"), UInt8(ascii: "o"), UInt8(ascii: "t"), UInt8(ascii: "u"): false
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: false
        }
    }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "?"), UInt8(ascii: "="): true
        default: false
        }
    }
}
