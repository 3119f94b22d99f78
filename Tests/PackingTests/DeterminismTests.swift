import Hashing
import Layers
import Packing
import Testing

@Suite struct DeterminismTests {
    @Test func threadsChangeNothing() throws {
        let store = try StoreFixture()
        let contents = try AwkwardTree.make(in: store)
        let first = MemorySink()
        let expected = try LayerPacker(threads: 0).pack(contents: contents, storeRoot: store.root, to: first)
        for threads in [1, 2, 5] {
            let sink = MemorySink()
            #expect(try LayerPacker(threads: threads).pack(contents: contents.reversed(), storeRoot: store.root, to: sink) == expected)
            #expect(sink.bytes == first.bytes)
        }
    }

    @Test func numbersAreThoseOfTheBytes() throws {
        let store = try StoreFixture()
        let contents = try AwkwardTree.make(in: store)
        let sink = MemorySink()
        let layer = try LayerPacker().pack(contents: contents, storeRoot: store.root, to: sink)
        #expect(layer.size == sink.bytes.count)
        #expect(try layer.digest == SHA256.digest(of: sink.bytes))
        try sink.save(store.root + "/layer.gz")
        let plain = try shell("gzip -dc \"$0/layer.gz\"", store.root)
        #expect(layer.uncompressedSize == plain.count)
        #expect(try layer.diffID == SHA256.digest(of: plain))
    }

    /// Host's modes and times, hard links and the order of creation are not in a layer.
    @Test func hostLeavesNoTrace() throws {
        let path = try storePath("a", "trace")
        let layers = try (0..<2).map { turn in
            let store = try StoreFixture()
            for name in turn == 0 ? ["a", "b", "c"] : ["c", "b", "a"] { try store.file(path, name, executable: name == "b") }
            if turn == 0 { try store.seal() } else { try shell("chmod 600 \"$0/a\" && ln -f \"$0/a\" \"$0/c\"", store.disk(path)) }
            return try LayerPacker().pack(contents: [path], storeRoot: store.root, to: MemorySink())
        }
        #expect(layers[0] == layers[1])
    }

    /// Digests of layers that are stored already: a change here needs a new version of the packing format.
    @Test func goldenDigests() throws {
        let store = try StoreFixture()
        let path = try storePath("a", "golden")
        try store.file(path, "bin/golden", "#!/bin/sh\necho golden\n".utf8, executable: true)
        try store.directory(path, "empty")
        try store.symlink(path, "share/" + String(repeating: "long/", count: 40) + "link", to: String(repeating: "../", count: 50))
        let layer = try LayerPacker().pack(contents: [path], storeRoot: store.root, to: MemorySink())
        #expect(layer.diffID.hex == "c55f106bb3fb804c096250dad468fc90e6310b3075247379fd888844ea10aa92")
        #expect(layer.digest.hex == "8a3e3b885c84e8c0f8b89253364fdfcb648f1caa1cee6227f0e636f1a2983f5f")
    }

    @Test func selfCheckPasses() throws { try PackingSelfCheck.run() }

    @Test func entriesPackLikeFiles() throws {
        let store = try StoreFixture()
        let path = try storePath("a", "same")
        try store.file(path, "file", "x".utf8)
        try store.symlink(path, "link", to: "file")
        let name = String(path.string.dropFirst())
        let entries = [
            TarEntry(path: Array("nix".utf8), content: .directory, mode: 0o755),
            TarEntry(path: Array("nix/store".utf8), content: .directory, mode: 0o755),
            TarEntry(path: Array(name.utf8), content: .directory, mode: 0o555),
            TarEntry(path: Array((name + "/file").utf8), content: .file(Array("x".utf8)), mode: 0o444),
            TarEntry(path: Array((name + "/link").utf8), content: .symlink(target: Array("file".utf8)), mode: 0o777),
        ]
        let packer = try LayerPacker()
        #expect(
            try packer.pack(entries: entries, to: MemorySink())
                == packer.pack(contents: [path], storeRoot: store.root, to: MemorySink()))
        #expect(throws: PackingError.order(path: "nix")) {
            try packer.pack(entries: [entries[1], entries[0]], to: MemorySink())
        }
        #expect(throws: PackingError.order(path: "nix")) {
            try packer.pack(entries: [entries[0], entries[0]], to: MemorySink())
        }
    }
}
