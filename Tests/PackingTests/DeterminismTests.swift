import Compression
import Hashing
import Layers
import Packing
import Testing

@Suite struct DeterminismTests {
    @Test(arguments: PackingFormat.known)
    func threadsChangeNothing(format: PackingFormat) throws {
        let store = try StoreFixture()
        let contents = try AwkwardTree.make(in: store)
        let first = MemorySink()
        let expected = try LayerPacker(format: format).pack(contents: contents, storeRoot: store.root, to: first)
        for count in [1, 2, 5] {
            let sink = MemorySink()
            let packer = try LayerPacker(format: format, threads: SharedThreads(count: count))
            #expect(try packer.pack(contents: contents.reversed(), storeRoot: store.root, to: sink) == expected)
            #expect(sink.bytes == first.bytes)
        }
    }

    /// Of several layers that are packed at once, each is what it is alone.
    @Test(arguments: PackingFormat.known)
    func layersAtOnceChangeNothing(format: PackingFormat) async throws {
        let store = try StoreFixture()
        let contents = try AwkwardTree.make(in: store)
        let root = store.root
        let threads = SharedThreads(count: 2)
        try await withThrowingTaskGroup(of: (StorePath, PackedLayer).self) { group in
            for path in contents + contents {
                group.addTask {
                    try await threads.run {
                        (path, try LayerPacker(format: format, threads: threads).pack(contents: [path], storeRoot: root, to: MemorySink()))
                    }
                }
            }
            for try await (path, layer) in group {
                #expect(try LayerPacker(format: format).pack(contents: [path], storeRoot: root, to: MemorySink()) == layer)
            }
        }
    }

    @Test(arguments: [(PackingFormat.gzip, "gzip"), (.zstd, "zstd")])
    func numbersAreThoseOfTheBytes(format: PackingFormat, program: String) throws {
        let store = try StoreFixture()
        let contents = try AwkwardTree.make(in: store)
        let sink = MemorySink()
        let layer = try LayerPacker(format: format).pack(contents: contents, storeRoot: store.root, to: sink)
        #expect(layer.size == sink.bytes.count)
        #expect(try layer.digest == SHA256.digest(of: sink.bytes))
        try sink.save(store.root + "/layer")
        let plain = try shell("\(program) -dc < \"$0/layer\"", store.root)
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
            return try LayerPacker(format: .gzip).pack(contents: [path], storeRoot: store.root, to: MemorySink())
        }
        #expect(layers[0] == layers[1])
    }

    /// Digests of layers that are stored already: a change here needs a new version of the packing format.
    @Test(arguments: [
        (PackingFormat.gzip, "8a3e3b885c84e8c0f8b89253364fdfcb648f1caa1cee6227f0e636f1a2983f5f"),
        (.zstd, "7dd835cbd6603223d94f2b3ea425baed0f2c8b28b85c7a453ff8bc6e471f5677"),
    ])
    func goldenDigests(format: PackingFormat, hex: String) throws {
        let store = try StoreFixture()
        let path = try storePath("a", "golden")
        try store.file(path, "bin/golden", "#!/bin/sh\necho golden\n".utf8, executable: true)
        try store.directory(path, "empty")
        try store.symlink(path, "share/" + String(repeating: "long/", count: 40) + "link", to: String(repeating: "../", count: 50))
        let layer = try LayerPacker(format: format).pack(contents: [path], storeRoot: store.root, to: MemorySink())
        #expect(layer.diffID.hex == "c55f106bb3fb804c096250dad468fc90e6310b3075247379fd888844ea10aa92")
        #expect(layer.digest.hex == hex)
    }

    @Test(arguments: PackingFormat.known)
    func selfCheckPasses(format: PackingFormat) throws { try PackingSelfCheck.run(format) }

    @Test(arguments: PackingFormat.known)
    func selfCheckSeesOtherBytes(format: PackingFormat) throws {
        let other = try SHA256.digest(of: [])
        let error = try #require(#expect(throws: PackingError.self) { try PackingSelfCheck.run(format, expected: other) })
        #expect(error.description.contains(format.summary) && error.description.contains(other.description))
    }

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
        let packer = try LayerPacker(format: .gzip)
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
