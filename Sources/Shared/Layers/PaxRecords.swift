/// The records of a pax extended header, for what does not fit into a ustar header.
struct PaxRecords {
    private static let name = Array("././@PaxHeader".utf8)
    private static let typeFlag = UInt8(ascii: "x")

    private var records: [UInt8] = []
    private var isText = true

    mutating func append(_ keyword: String, _ value: [UInt8]) {
        records += Self.record(keyword, value)
        isText = isText && Self.isUTF8(value)
    }

    /// The header of the records and the records themselves, a whole number of blocks; nothing where there are none.
    var blocks: [UInt8] {
        guard !records.isEmpty else { return [] }
        // Values are UTF-8 unless a record before them says otherwise.
        let contents = (isText ? [] : Self.record("hdrcharset", Array("BINARY".utf8))) + records
        var block = UstarBlock(typeFlag: Self.typeFlag, mode: 0o644)
        // Neither can fail: the name is short, and no path comes near 8 GiB.
        _ = block.setName(Self.name)
        _ = block.setSize(Int64(contents.count))
        return block.finished() + contents + [UInt8](repeating: 0, count: TarHeader.padding(after: Int64(contents.count)))
    }

    /// `<length> <keyword>=<value>\n`, where the length counts itself.
    private static func record(_ keyword: String, _ value: [UInt8]) -> [UInt8] {
        let rest = Array(" \(keyword)=".utf8) + value + [UInt8(ascii: "\n")]
        var length = rest.count
        while length != rest.count + String(length).utf8.count { length = rest.count + String(length).utf8.count }
        return Array(String(length).utf8) + rest
    }

    private static func isUTF8(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }
}
