import Hashing
import ObjectStorage
import Testing

@Suite struct FormatTests {
    @Test(
        arguments: [
            ("", 0), ("123456789", 0xE306_9283), (String(repeating: "\0", count: 32), 0x8A91_36AA),
        ] as [(String, UInt32)])
    func checksums(text: String, value: UInt32) throws {
        #expect(try StreamHash.sum(of: Array(text.utf8)).crc32c == value)
        #expect(crc32c(Array(text.utf8)) == value)
    }

    @Test(arguments: [1, 63, 64, 65, 1000, 70_001])
    func checksumsOfPieces(size: Int) throws {
        let bytes = pattern(200_000)
        let hash = try StreamHash()
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            unsafe hash.update(piece.span.bytes)
        }
        let sum = try hash.finish()
        #expect(sum.crc32c == crc32c(bytes))
        #expect(sum.size == 200_000)
        #expect(sum.digest == (try SHA256.digest(of: bytes)))
    }

    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
    func base64(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
    }

    @Test func base64ForURLs() { #expect(Base64.encodeForURL([0xFB, 0xFF, 0xFE, 0xFF]) == "-__-_w") }

    @Test(arguments: ["Zg=", "Z g=", "Zm9v\n", "Zm9*", "====="])
    func notBase64(text: String) { #expect(Base64.decode(text) == nil) }

    @Test func moments() {
        #expect(SigningTime(seconds: 1_714_979_289).stamp == "20240506T070809Z")
        #expect(SigningTime(seconds: 0).date == "19700101")
        #expect(Timestamp.seconds("2024-05-06T07:08:09.123Z") == 1_714_979_289)
        #expect(Timestamp.seconds("2024-05-06T07:08:09Z") == 1_714_979_289)
        #expect(Timestamp.seconds("2024-05-06") == nil)
        #expect(Timestamp.seconds("") == nil)
    }

    @Test(arguments: ["layers/abc", "nixery-farm-store", "a/b/c.d_e-f"])
    func names(path: String) { #expect(ObjectName(path: path)?.path == path) }

    @Test(arguments: ["", "/a", "a/", "a//b", "..", "a/../b", "a/./b", "a b", "a?b", "ä", "a\nb"])
    func notNames(path: String) { #expect(ObjectName(path: path) == nil) }

    @Test func documents() throws {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <List xmlns="http://s3/"><!-- none --><Contents><Key>a&amp;b &lt;&#x41;&#66;&quot;&apos;&gt;</Key><Empty/></Contents>
            <Contents><Key>c</Key></Contents></List>
            """
        let root = try #require(XMLElement(document: Array(text.utf8)))
        #expect(root.name == "List")
        #expect(root.all("Contents").map { $0["Key"] } == ["a&b <AB\"'>", "c"])
        #expect(root.all("Contents").first?["Empty"]?.isEmpty == true)
        #expect(root["Nothing"] == nil)
    }

    @Test(arguments: [
        "", "text", "<a>", "<a></b>", "</a>", "<a>&unknown;</a>", "<a>&amp</a>", "<a/><b/>", "<a", "{\"a\": 1}",
        String(repeating: "<a>", count: 40) + String(repeating: "</a>", count: 40),
    ])
    func notDocuments(text: String) { #expect(XMLElement(document: Array(text.utf8)) == nil) }
}
