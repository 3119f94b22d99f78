/// Text without what only a terminal understands.
enum PlainText {
    /// Leaves out escape sequences (ECMA-48: CSI and OSC) and control characters other than tab and line feed.
    static func of(_ text: some StringProtocol) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 && $0 != 0x0a || $0 == 0x7f }) else { return String(text) }
        var result: [UInt8] = []
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case 0x1b: skipSequence(&bytes)
            case 0x09, 0x0a, 0x20...0x7e, 0x80...: result.append(byte)
            default: continue
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func skipSequence(_ bytes: inout ArraySlice<UInt8>) {
        switch bytes.popFirst() {
        case UInt8(ascii: "["):
            while let byte = bytes.popFirst(), !(0x40...0x7e).contains(byte) {}
        case UInt8(ascii: "]"):
            // Ended by BEL or by ESC \.
            while let byte = bytes.popFirst(), byte != 0x07 {
                if byte == 0x1b {
                    _ = bytes.popFirst()
                    return
                }
            }
        default: return
        }
    }
}
