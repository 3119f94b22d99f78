import Compression
import Foundation
import Layers
import Packing
import Testing

/// What a layer cannot carry is refused with the path's name, and never packed in another form.
@Suite struct RefusalTests {
    private let store: StoreFixture
    private let path: StorePath

    init() throws {
        store = try StoreFixture()
        path = try storePath("a", "refused")
        try store.file(path, "bin/x", executable: true)
    }

    @Test(arguments: ["4755", "2755", "1644"])
    func specialBitsOfFile(mode: String) throws {
        try shell("chmod \(mode) \"$0\"", store.disk(path, "bin/x"))
        expect(.specialBits(path: path.string + "/bin/x"))
    }

    @Test func specialBitsOfDirectory() throws {
        try shell("chmod 2755 \"$0\"", store.disk(path, "bin"))
        expect(.specialBits(path: path.string + "/bin"))
    }

    @Test func capabilities() throws {
        try shell("setcap cap_net_bind_service=ep \"$0\"", store.disk(path, "bin/x"))
        expect(.capabilities(path: path.string + "/bin/x"))
    }

    @Test(arguments: ["", "bin", "bin/x"])
    func attributes(place: String) throws {
        try shell("python3 -c 'import os, sys; os.setxattr(sys.argv[1], \"user.note\", b\"1\")' \"$0\"", store.disk(path, place))
        expect(.attribute(path: path.string + (place.isEmpty ? "" : "/" + place), name: "user.note"))
    }

    @Test func device() throws {
        try shell("mknod \"$0\" c 1 3", store.disk(path, "null"))
        expect(.specialFile(path: path.string + "/null", kind: "device"))
    }

    @Test func pipe() throws {
        try shell("mkfifo \"$0\"", store.disk(path, "pipe"))
        expect(.specialFile(path: path.string + "/pipe", kind: "FIFO"))
    }

    @Test func socket() throws {
        try shell("cd \"$0\" && python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"s\")'", store.disk(path))
        expect(.specialFile(path: path.string + "/s", kind: "socket"))
    }

    @Test(arguments: [".wh.x", ".wh..wh..opq", "bin/.wh."])
    func whiteout(name: String) throws {
        try store.file(path, name)
        let refused = TarError.whiteout(path: String(path.string.dropFirst()) + "/" + name)
        #expect(throws: refused) { try pack() }
    }

    @Test func missingPath() throws {
        let missing = try storePath("b", "missing")
        #expect(throws: PackingError.system(operation: "find", path: missing.string, code: ENOENT)) {
            try LayerPacker(format: .gzip).pack(contents: [missing], storeRoot: store.root, to: MemorySink())
        }
    }

    /// The sink is called while the file is read, and changes it.
    @Test(arguments: [
        "truncate -s 1M \"$0\"", "truncate -s 6M \"$0\"", "touch -d @7 \"$0\"", "truncate -s 6M \"$0\" && touch -d @1 \"$0\"",
    ])
    func changedWhileRead(change: String) throws {
        try store.file(path, "large", [UInt8](repeating: 7, count: 5 << 20))
        try store.seal()
        let file = store.disk(path, "large")
        var changed = false
        let sink = MemorySink { written in
            // The first bytes are the compressor's header, before anything was read.
            if written > 10, !changed {
                changed = true
                try shell(change, file)
            }
        }
        #expect(throws: PackingError.changedWhileRead(path: path.string + "/large")) {
            try LayerPacker(format: .gzip).pack(contents: [path], storeRoot: store.root, to: sink)
        }
        #expect(changed)
    }

    /// The store may optimise itself at any time: a new hard link is no change of a file.
    @Test func newHardLinkWhileRead() throws {
        try store.file(path, "large", [UInt8](repeating: 7, count: 5 << 20))
        let file = store.disk(path, "large")
        let links = store.root
        var linked = false
        let sink = MemorySink { written in
            if written > 10, !linked {
                linked = true
                try shell("ln \"$0\" \"$1/link\"", file, links)
            }
        }
        _ = try LayerPacker(format: .gzip).pack(contents: [path], storeRoot: store.root, to: sink)
        #expect(linked)
    }

    /// What was listed is gone, or something else, when its turn comes.
    @Test(arguments: [
        ("rm \"$0\"", PackingError.system(operation: "open", path: "", code: ENOENT)),
        ("ln -sf large \"$0\"", .system(operation: "open", path: "", code: ELOOP)),
        ("rm \"$0\" && mkdir \"$0\"", .changedWhileRead(path: "")), ("rm \"$0\" && mkfifo \"$0\"", .changedWhileRead(path: "")),
    ])
    func changedBeforeRead(change: String, error: PackingError) throws {
        try store.file(path, "large", [UInt8](repeating: 7, count: 5 << 20))
        try store.file(path, "late")
        let place = path.string + "/late"
        let late = store.disk(path, "late")
        var changed = false
        let sink = MemorySink { written in
            if written > 10, !changed {
                changed = true
                try shell(change, late)
            }
        }
        let expected: PackingError =
            if case .system(let operation, _, let code) = error {
                .system(operation: operation, path: place, code: code)
            } else {
                .changedWhileRead(path: place)
            }
        #expect(throws: expected) { try LayerPacker(format: .gzip).pack(contents: [path], storeRoot: store.root, to: sink) }
    }

    /// Optimising a store puts an equal file in the place of one that is being read.
    @Test func replacedWhileRead() throws {
        try store.file(path, "large", [UInt8](repeating: 7, count: 5 << 20))
        let expected = try pack()
        let file = store.disk(path, "large")
        var replaced = false
        let sink = MemorySink { written in
            if written > 10, !replaced {
                replaced = true
                try shell("cp -p \"$0\" \"$0.new\" && mv \"$0.new\" \"$0\"", file)
            }
        }
        #expect(try LayerPacker(format: .gzip).pack(contents: [path], storeRoot: store.root, to: sink) == expected)
        #expect(replaced)
    }

    @Test func sinkErrorPassesThrough() throws {
        struct DiskFull: Error, Equatable {}
        try store.file(path, "large", [UInt8](repeating: 7, count: 5 << 20))
        let sink = MemorySink { written in if written > 10 { throw DiskFull() } }
        #expect(throws: DiskFull()) {
            try LayerPacker(format: .gzip, threads: SharedThreads(count: 2)).pack(contents: [path], storeRoot: store.root, to: sink)
        }
    }

    @Test func cancellation() throws {
        #expect(throws: CancellationError.self) {
            try LayerPacker(format: .gzip, isCancelled: { true }).pack(contents: [path], storeRoot: store.root, to: MemorySink())
        }
    }

    /// A task that was cancelled before packing begins: the default asks it.
    @Test func cancellationOfTask() async throws {
        let root = store.root
        let path = path
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return try LayerPacker(format: .gzip).pack(contents: [path], storeRoot: root, to: MemorySink())
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func unknownFormat() {
        let format = PackingFormat(version: 99, codec: .gzip, level: 1)
        #expect(throws: PackingError.unsupportedFormat(format)) { try LayerPacker(format: format) }
    }

    @discardableResult
    private func pack() throws -> PackedLayer {
        try LayerPacker(format: .gzip).pack(contents: [path], storeRoot: store.root, to: MemorySink())
    }

    private func expect(_ error: PackingError, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(throws: error, sourceLocation: sourceLocation) { try pack() }
        #expect(error.description.contains(path.string), sourceLocation: sourceLocation)
    }
}
