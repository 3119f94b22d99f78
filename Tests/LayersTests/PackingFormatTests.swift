import Hashing
import Layers
import Testing

@Suite struct PackingFormatTests {
    /// Keys under which layers are stored: they must never change.
    @Test(arguments: [(PackingFormat.gzip, "1:14:gzip1:1"), (.zstd, "1:14:zstd1:3")])
    func knownKeys(format: PackingFormat, text: String) throws {
        let contents = try [Graph.path(1, "b"), Graph.path(0, "a")]
        let text =
            "17:nixery-farm layer" + text
            + "45:/nix/store/00000000000000000000000000000000-a45:/nix/store/00000000000000000000000000000001-b"
        #expect(try format.layerKey(contents: contents) == SHA256.digest(of: Array(text.utf8)))
    }

    @Test func everythingThatDecidesBytesCounts() throws {
        let one = try Graph.path(0)
        let two = try Graph.path(1)
        let keys = try [
            PackingFormat.gzip.layerKey(contents: [one]), PackingFormat.gzip.layerKey(contents: [one, two]),
            PackingFormat.gzip.layerKey(contents: []), PackingFormat(version: 2, codec: .gzip, level: 1).layerKey(contents: [one]),
            PackingFormat(version: 1, codec: .gzip, level: 2).layerKey(contents: [one]),
            PackingFormat(version: 1, codec: .zstd, level: 1).layerKey(contents: [one]),
        ]
        #expect(Set(keys).count == keys.count)
    }

    @Test func orderAndDoublesDoNotCount() throws {
        let one = try Graph.path(0)
        let two = try Graph.path(1)
        #expect(
            try PackingFormat.gzip.layerKey(contents: [two, one, two]) == PackingFormat.gzip.layerKey(contents: [one, two]))
    }
}
