import Hashing
import Layers
import Testing

@Suite struct PackingFormatTests {
    /// Keys under which layers are stored: they must never change.
    @Test func knownKey() throws {
        let contents = try [Graph.path(1, "b"), Graph.path(0, "a")]
        let text =
            "17:nixery-farm layer1:14:gzip1:1"
            + "45:/nix/store/00000000000000000000000000000000-a45:/nix/store/00000000000000000000000000000001-b"
        #expect(try PackingFormat.current.layerKey(contents: contents) == SHA256.digest(of: Array(text.utf8)))
    }

    @Test func everythingThatDecidesBytesCounts() throws {
        let one = try Graph.path(0)
        let two = try Graph.path(1)
        let keys = try [
            PackingFormat.current.layerKey(contents: [one]), PackingFormat.current.layerKey(contents: [one, two]),
            PackingFormat.current.layerKey(contents: []), PackingFormat(version: 2, codec: .gzip, level: 1).layerKey(contents: [one]),
            PackingFormat(version: 1, codec: .gzip, level: 2).layerKey(contents: [one]),
        ]
        #expect(Set(keys).count == keys.count)
    }

    @Test func orderAndDoublesDoNotCount() throws {
        let one = try Graph.path(0)
        let two = try Graph.path(1)
        #expect(
            try PackingFormat.current.layerKey(contents: [two, one, two]) == PackingFormat.current.layerKey(contents: [one, two]))
    }
}
