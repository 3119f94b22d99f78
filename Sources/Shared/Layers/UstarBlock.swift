/// The 512 bytes of a ustar header (POSIX.1-2017, pax, "ustar Interchange Format").
struct UstarBlock {
    private static let nameField = 0..<100
    private static let modeField = 100..<108
    private static let ownerField = 108..<116
    private static let groupField = 116..<124
    private static let sizeField = 124..<136
    private static let timeField = 136..<148
    private static let checksumField = 148..<156
    private static let typeFlagOffset = 156
    private static let linkField = 157..<257
    private static let magicOffset = 257
    private static let ownerNameOffset = 265
    private static let groupNameOffset = 297
    private static let majorField = 329..<337
    private static let minorField = 337..<345
    private static let prefixField = 345..<500

    /// What all headers have in common.
    private static let template = {
        var block = UstarBlock()
        for field in [ownerField, groupField, sizeField, majorField, minorField] { block.setOctal(0, in: field) }
        block.setOctal(1, in: timeField)
        block.set(Array("ustar\u{0}00".utf8), at: magicOffset)
        block.set(Array("root".utf8), at: ownerNameOffset)
        block.set(Array("root".utf8), at: groupNameOffset)
        block.set([UInt8](repeating: UInt8(ascii: " "), count: checksumField.count), at: checksumField.lowerBound)
        return block
    }()

    private var block = [UInt8](repeating: 0, count: TarHeader.blockSize)

    private init() {}

    init(typeFlag: UInt8, mode: UInt16) {
        self = Self.template
        setOctal(Int64(mode), in: Self.modeField)
        block[Self.typeFlagOffset] = typeFlag
    }

    /// The block with its checksum, which counts its own field as spaces.
    consuming func finished() -> [UInt8] {
        // 512 bytes have no overflow to look out for, and without looking they are added many at a time.
        let sum = block.reduce(0 as UInt32) { $0 &+ UInt32($1) }
        setOctal(Int64(sum), in: Self.checksumField.lowerBound..<Self.checksumField.upperBound - 1)
        return block
    }

    /// - Returns: false where the name needs a pax record; the block then holds what an old reader can make of it.
    mutating func setName(_ name: [UInt8]) -> Bool {
        if Self.isPortable(name) {
            if name.count <= Self.nameField.count {
                set(name, at: Self.nameField.lowerBound)
                return true
            }
            if let slash = Self.prefixEnd(of: name) {
                set(Array(name[..<slash]), at: Self.prefixField.lowerBound)
                set(Array(name[(slash + 1)...]), at: Self.nameField.lowerBound)
                return true
            }
        }
        set(Self.substitute(for: name), at: Self.nameField.lowerBound)
        return false
    }

    /// - Returns: false where the target needs a pax record.
    mutating func setLinkTarget(_ target: [UInt8]) -> Bool {
        let fits = Self.isPortable(target) && target.count <= Self.linkField.count
        set(fits ? target : Self.substitute(for: target), at: Self.linkField.lowerBound)
        return fits
    }

    /// - Returns: false where the size needs a pax record: from 8 GiB on.
    mutating func setSize(_ size: Int64) -> Bool {
        let fits = size < 1 << 33
        setOctal(fits ? size : 0, in: Self.sizeField)
        return fits
    }

    /// ustar is defined for ASCII only; readers differ in what they make of other bytes.
    private static func isPortable(_ text: [UInt8]) -> Bool { text.allSatisfy { $0 < 0x80 } }

    /// Without a slash at the end, where some readers would take a file for a directory; never empty, where some would take a
    /// link for a file.
    private static func substitute(for text: [UInt8]) -> [UInt8] {
        var text = text.prefix(nameField.count).map { $0 < 0x80 ? $0 : UInt8(ascii: "_") }
        while text.last == UInt8(ascii: "/") { text.removeLast() }
        return text.isEmpty ? [UInt8(ascii: "_")] : text
    }

    /// The last slash that leaves at most 155 bytes before it and 1 to 100 after it.
    private static func prefixEnd(of name: [UInt8]) -> Int? {
        let limit = min(prefixField.count, name.count - 2)
        guard let slash = name[...limit].lastIndex(of: UInt8(ascii: "/")), slash > 0, name.count - slash - 1 <= nameField.count else {
            return nil
        }
        return slash
    }

    /// Octal digits with leading zeros, ended by NUL.
    private mutating func setOctal(_ value: Int64, in field: Range<Int>) {
        var rest = value
        for index in field.dropLast().reversed() {
            block[index] = UInt8(ascii: "0") + UInt8(rest & 7)
            rest >>= 3
        }
        block[field.upperBound - 1] = 0
    }

    private mutating func set(_ bytes: [UInt8], at offset: Int) {
        block.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
}
