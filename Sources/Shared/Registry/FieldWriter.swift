/// Writes fields one after another, each with its length in front: a 32-bit big-endian count of bytes (for lists: of elements).
struct FieldWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ text: String) {
        append(count: text.utf8.count)
        bytes += text.utf8
    }

    mutating func append(_ number: Int) { append(String(number)) }

    mutating func append(_ texts: [String]) {
        append(count: texts.count)
        for text in texts { append(text) }
    }

    private mutating func append(count: Int) {
        let count = UInt32(truncatingIfNeeded: count)
        bytes += [UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)]
    }
}
