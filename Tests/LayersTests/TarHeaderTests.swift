import Layers
import Testing

@Suite struct TarHeaderTests {
    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }

    @Test func fieldsOfAFile() throws {
        let bytes = try TarHeader(path: Array("nix/file".utf8), kind: .file(size: 0o1234567), mode: 0o555).bytes
        #expect(bytes.count == 512)
        let fields = [
            (0, 100, "nix/file"), (100, 8, "0000555"), (108, 8, "0000000"), (116, 8, "0000000"), (124, 12, "00001234567"),
            (136, 12, "00000000001"), (156, 1, "0"), (157, 100, ""), (257, 6, "ustar"), (263, 2, "00"), (265, 32, "root"),
            (297, 32, "root"), (329, 8, "0000000"), (337, 8, "0000000"), (345, 155, ""),
        ]
        for (offset, length, expected) in fields { #expect(Self.text(bytes[offset..<offset + length]) == expected, "at \(offset)") }
        var blank = bytes
        blank.replaceSubrange(148..<156, with: Array(repeating: UInt8(ascii: " "), count: 8))
        let sum = String(blank.reduce(0) { $0 + Int($1) }, radix: 8)
        #expect(Self.text(bytes[148..<156]) == String(repeating: "0", count: 6 - sum.count) + sum)
        #expect(Array(bytes[154..<156]) == [0, UInt8(ascii: " ")])
    }

    /// Lengths of the name in the archive, all of it one component or cut in the middle; and whether a plain header holds it.
    @Test(arguments: [
        (100, false, true), (101, false, false), (100, true, true), (101, true, true), (155, true, true), (201, true, true),
        (202, true, false), (256, true, false), (257, true, false),
    ])
    func names(length: Int, isCut: Bool, isPlain: Bool) throws {
        var path = [UInt8](repeating: UInt8(ascii: "x"), count: length)
        if isCut { path[length > 200 ? 100 : length / 2] = UInt8(ascii: "/") }
        let bytes = try TarHeader(path: path, kind: .file(size: 0), mode: 0o444).bytes
        #expect((bytes.count == 512) == isPlain)
        if isPlain {
            let prefix = Self.text(bytes[345..<500])
            #expect((prefix.isEmpty ? "" : prefix + "/") + Self.text(bytes[0..<100]) == String(decoding: path, as: UTF8.self))
        } else {
            #expect(Self.text(bytes[512...]).hasSuffix(" path=" + String(decoding: path, as: UTF8.self) + "\n"))
        }
    }

    /// A pax record's length counts its own digits.
    @Test(arguments: [80...120, 980...1010])
    func recordLengths(range: ClosedRange<Int>) throws {
        for length in range {
            let target = Array("é".utf8) + Array(repeating: UInt8(ascii: "x"), count: length)
            let bytes = try TarHeader(path: [120], kind: .symlink(target: target), mode: 0o777).bytes
            let count = try #require(Int(Self.text(bytes[512...].prefix { $0 != UInt8(ascii: " ") })))
            let record = Array("\(count) linkpath=".utf8) + target + [UInt8(ascii: "\n")]
            #expect(Array(bytes[512..<512 + count]) == record)
        }
    }

    @Test(arguments: [((1 << 33) - 1, true), (1 << 33, false), (1 << 40, false)] as [(Int64, Bool)])
    func sizes(size: Int64, isPlain: Bool) throws {
        let bytes = try TarHeader(path: [120], kind: .file(size: size), mode: 0o444).bytes
        #expect((bytes.count == 512) == isPlain)
        if isPlain {
            #expect(Int64(Self.text(bytes[124..<136]), radix: 8) == size)
        } else {
            #expect(bytes[156] == UInt8(ascii: "x"))
            #expect(Self.text(bytes[512..<1024]).contains(" size=\(size)\n"))
        }
    }

    @Test func directoriesEndWithASlash() throws {
        #expect(Self.text(try TarHeader(path: Array("nix".utf8), kind: .directory, mode: 0o755).bytes[0..<100]) == "nix/")
        #expect(TarEntry(path: [120], content: .directory, mode: 0).archiveName == Array("x/".utf8))
        #expect(TarEntry(path: [120], content: .file([]), mode: 0).archiveName == Array("x".utf8))
    }

    /// A cut at a directory's own slash would leave no name.
    @Test func longDirectoriesKeepAName() throws {
        let path = Array((String(repeating: "x", count: 70) + "/" + String(repeating: "y", count: 60)).utf8)
        let bytes = try TarHeader(path: path, kind: .directory, mode: 0o755).bytes
        #expect(Self.text(bytes[0..<100]) == String(repeating: "y", count: 60) + "/")
    }

    /// What stands in the plain header where the pax record has the value: never empty, never with a slash at its end.
    @Test(arguments: [
        ("日", "___"), ("a\u{e9}/b", "a__/b"), (String(repeating: "/", count: 101), "_"),
        (String(repeating: "x", count: 99) + "/yy", String(repeating: "x", count: 99)),
    ])
    func substitutes(target: String, expected: String) throws {
        let bytes = try TarHeader(path: [120], kind: .symlink(target: Array(target.utf8)), mode: 0o777).bytes
        #expect(Self.text(bytes.suffix(512)[(bytes.count - 512 + 157)..<(bytes.count - 512 + 257)]) == expected)
    }

    @Test(arguments: ["", "/x", "x/", "x//y", "./x", "x/../y", "x\u{0}"])
    func refusesOtherPaths(path: String) {
        #expect(throws: TarError.notRelative(path: path)) { try TarHeader(path: Array(path.utf8), kind: .directory, mode: 0o755) }
    }

    @Test(arguments: [".wh.x", "a/.wh..wh..opq", "a/.wh./b"])
    func refusesWhiteouts(path: String) {
        #expect(throws: TarError.whiteout(path: path)) { try TarHeader(path: Array(path.utf8), kind: .directory, mode: 0o755) }
    }

    @Test(arguments: [(0, 0), (1, 511), (511, 1), (512, 0), (513, 511), (1 << 40, 0)] as [(Int64, Int)])
    func padding(size: Int64, expected: Int) {
        #expect(TarHeader.padding(after: size) == expected)
    }
}
