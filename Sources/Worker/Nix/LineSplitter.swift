/// Cuts a stream of bytes into lines.
struct LineSplitter: Sendable {
    private var pending: [UInt8] = []

    /// Bytes of a line whose end has not come yet.
    var pendingCount: Int { pending.count }

    /// Hands over every line that is complete now, without its end.
    mutating func append(_ bytes: [UInt8], _ line: (ArraySlice<UInt8>) -> Void) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            if pending.isEmpty {
                line(rest[..<end])
            } else {
                pending.append(contentsOf: rest[..<end])
                line(pending[...])
                pending.removeAll(keepingCapacity: pending.capacity <= 1 << 16)
            }
            rest = rest[(end + 1)...]
        }
        pending.append(contentsOf: rest)
    }

    /// Hands over the last line when the stream ended without a line feed.
    mutating func finish(_ line: (ArraySlice<UInt8>) -> Void) {
        if !pending.isEmpty { line(pending[...]) }
        pending = []
    }
}
