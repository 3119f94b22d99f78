import Compression
import Foundation
import Layers
import Packing
import Testing

/// What independent programs make of a layer equals what lies in the store.
@Suite struct UnpackTests {
    enum Reader: CaseIterable {
        /// containerd reads as Docker does: with Go's `archive/tar`.
        case gnu, libarchive, containerd

        /// Unpacks `$0/layer` to `$0/out`.
        var script: String {
            switch self {
            case .gnu: "mkdir \"$0/out\" && tar -xpf \"$0/layer\" -C \"$0/out\""
            case .libarchive: "mkdir \"$0/out\" && bsdtar -xpf \"$0/layer\" -C \"$0/out\""
            case .containerd: ContainerdScript.unpack
            }
        }
    }

    @Test(arguments: Reader.allCases, PackingFormat.known)
    func unpackedEqualsStore(reader: Reader, format: PackingFormat) throws {
        let store = try StoreFixture()
        try pack(AwkwardTree.make(in: store), format, in: store)
        // Owners are kept by root only, times and modes by everyone.
        try shell(reader.script, store.root)
        let list = "find nix/store -mindepth 1 -printf '%y %m %T@ %s %l %P\\0' | sed -z '/^d/s/ [0-9]* / /3' | LC_ALL=C sort -z"
        let expected = try shell("cd \"$0\" && \(list)", store.root)
        #expect(try shell("cd \"$0/out\" && \(list)", store.root) == expected)
        #expect(expected.count > 5000)
        try shell("diff -r --no-dereference \"$0/nix\" \"$0/out/nix\"", store.root)
        try shell("chmod -R u+w \"$0/out\"", store.root)
    }

    /// Python reads the archive member by member and compares each with the disk.
    @Test func membersEqualStore() throws {
        let store = try StoreFixture()
        try pack(AwkwardTree.make(in: store), .gzip, in: store)
        let script = """
            import os, stat, sys, tarfile
            root = sys.argv[1]
            names = set()
            with tarfile.open(root + "/layer") as layer:
                for member in layer:
                    place = root + "/" + member.name
                    disk = os.lstat(place)
                    names.add(member.name)
                    if stat.S_ISDIR(disk.st_mode): assert member.isdir(), member
                    elif stat.S_ISLNK(disk.st_mode): assert member.issym() and member.linkname == os.readlink(place), member
                    else:
                        assert member.isreg() and member.size == disk.st_size, member
                        with open(place, "rb") as file: assert layer.extractfile(member).read() == file.read(), member
                    assert (member.uid, member.gid, member.uname, member.gname, member.mtime) == (0, 0, "root", "root", 1), member
            os.chdir(root)
            found = {"nix", "nix/store"}
            for place, directories, files in os.walk("nix/store"): found |= {place + "/" + name for name in directories + files}
            assert names == found, names ^ found
            print(len(names))
            """
        let count = try shell("python3 -c \"$1\" \"$0\"", store.root, script)
        #expect(try #require(Int(String(decoding: count, as: UTF8.self).dropLast())) > 90)
    }

    /// The packer's own first bytes, then a hole in the place of the contents, then another entry: 8 GiB that nobody has to read.
    @Test(arguments: [
        "tar -tvf \"$0/archive\" | awk '{ print $3, $NF }'", "bsdtar -tvf \"$0/archive\" | awk '{ print $5, $NF }'",
        "python3 -c 'import sys, tarfile\nfor m in tarfile.open(sys.argv[1] + \"/archive\"): print(m.size, m.name + \"/\" * m.isdir())' \"$0\"",
    ])
    func fileOf8GiB(reader: String) throws {
        let store = try StoreFixture()
        let path = try storePath("a", "large")
        let size = (8 << 30) + 1
        try shell("truncate -s \"$1\" \"$0\"", store.disk(path), "\(size)")
        struct Enough: Error {}
        let sink = MemorySink { written in if written > 4096 { throw Enough() } }
        #expect(throws: Enough.self) { try LayerPacker(format: .gzip).pack(contents: [path], storeRoot: store.root, to: sink) }
        try sink.save(store.root + "/beginning")
        // Two directories; then a pax header, its records, and the file's header.
        let header = 5 * TarHeader.blockSize
        let plain = try shell("{ gzip -dc \"$0/beginning\" 2>/dev/null || true; } | head -c \(header)", store.root)
        let next = try TarHeader(path: Array("next".utf8), kind: .directory, mode: 0o555).bytes
        try Data(plain).write(to: URL(filePath: store.root + "/archive"))
        try Data(next).write(to: URL(filePath: store.root + "/next"))
        try shell(
            "truncate -s \"$1\" \"$0/archive\" && cat \"$0/next\" >> \"$0/archive\" && truncate -s +1024 \"$0/archive\"", store.root,
            "\(header + size + TarHeader.padding(after: Int64(size)))")
        let lines = try String(decoding: shell(reader, store.root), as: UTF8.self).split(separator: "\n")
        #expect(lines == ["0 nix/", "0 nix/store/", "\(size) \(path.string.dropFirst())", "0 next/"])
    }

    /// GNU tar prints names as they stand in the archive.
    @Test func namesAreInBytewiseOrder() throws {
        let store = try StoreFixture()
        let path = try storePath("a", "order")
        for name in ["b/x", "b-c", "b.c", "b0", "bb/y", "B", "b/é", "b/z/1", "b/z-1"] { try store.file(path, name) }
        try store.seal()
        let sink = MemorySink()
        _ = try LayerPacker(format: .gzip).pack(contents: [path, try other(store)], storeRoot: store.root, to: sink)
        try sink.save(store.root + "/layer")
        let names = try shell(
            "tar --quoting-style=literal -tzf \"$0/layer\" | tee \"$0/names\" && LC_ALL=C sort -c -u \"$0/names\"", store.root)
        let text = String(decoding: names, as: UTF8.self)
        #expect(text.hasPrefix("nix/\nnix/store/\nnix/store/0"))
        #expect(text.split(separator: "\n").count == 2 + 1 + 13)
    }

    @Test func ownersAndTimesAreFixed() throws {
        let store = try StoreFixture()
        let path = try storePath("a", "owner")
        try store.file(path, "x", executable: true)
        let sink = MemorySink()
        _ = try LayerPacker(format: .gzip).pack(contents: [path], storeRoot: store.root, to: sink)
        try sink.save(store.root + "/layer")
        let list = try shell("TZ=UTC tar --full-time -tvzf \"$0/layer\"", store.root)
        let lines = String(decoding: list, as: UTF8.self).split(separator: "\n")
        #expect(lines.allSatisfy { $0.contains(" root/root ") && $0.contains(" 1970-01-01 00:00:01 ") })
        #expect(lines.map { $0.prefix(10) } == ["drwxr-xr-x", "drwxr-xr-x", "dr-xr-xr-x", "-r-xr-xr-x"])
    }

    private func pack(_ contents: [StorePath], _ format: PackingFormat, in store: StoreFixture) throws {
        let sink = MemorySink()
        _ = try LayerPacker(format: format, threads: SharedThreads(count: 2)).pack(contents: contents, storeRoot: store.root, to: sink)
        try sink.save(store.root + "/layer")
    }

    private func other(_ store: StoreFixture) throws -> StorePath {
        let path = try storePath("0", "is-a-file")
        try store.file(path)
        return path
    }
}
