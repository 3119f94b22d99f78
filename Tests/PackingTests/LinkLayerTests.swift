import Foundation
import Layers
import Packing
import Testing

/// The layer of links from outputs on disk to an unpacked image.
@Suite struct LinkLayerTests {
    private let store: StoreFixture

    init() throws { store = try StoreFixture() }

    @Test func tenThousandEntries() throws {
        let outputs = [try storePath("a", "one"), try storePath("b", "two")]
        for (number, output) in outputs.enumerated() {
            try store.directory(output)
            try shell("cd \"$0\" && mkdir -p share/{0..49} && touch share/{0..49}/\(number)-{0..99}", store.disk(output))
        }
        try pack(outputs)
        let check = """
            import os, sys, tarfile
            root = sys.argv[1]
            with tarfile.open(root + "/layer") as layer:
                links = [member for member in layer if member.issym() and member.name.startswith("share/")]
            for link in links:
                assert link.linkname.endswith(link.name) and os.path.isfile(root + link.linkname), link.name
            print(len(links))
            """
        #expect(try shell("python3 -c \"$1\" \"$0\"", store.root, check) == Array("10000\n".utf8))
    }

    /// Whatever lies in an output, through links to directories too, is found in the image under the same name.
    @Test func outputsOfLinkedDirectories() throws {
        let data = try storePath("a", "data")
        let (bin, out, dev) = (try storePath("b", "tool-bin"), try storePath("c", "tool"), try storePath("d", "tool-dev"))
        try store.file(data, "doc/manual")
        try store.file(data, "locale/de/tool")
        try store.file(bin, "bin/tool", executable: true)
        try store.symlink(bin, "sbin", to: "bin")
        try store.symlink(bin, "share", to: "../" + data.baseName)
        try store.file(out, "lib/libtool.so.1")
        try store.symlink(out, "lib/libtool.so", to: "libtool.so.1")
        try store.symlink(out, "lib64", to: "lib")
        try store.file(out, "share/doc/readme")
        try store.file(dev, "include/tool.h")
        try store.file(dev, "lib64/pkgconfig/tool.pc")
        try store.symlink(dev, "include/tool", to: ".")
        let image = try unpack([bin, out, dev])
        let check = """
            import os, sys
            root, *outputs = sys.argv[1:]
            count = 0
            for output in outputs:
                for place, directories, files in os.walk(root + output, followlinks=True):
                    if os.path.islink(place) and os.readlink(place) == ".": directories.clear()
                    for name in files:
                        inside = os.path.relpath(place + "/" + name, root + output)
                        assert os.path.samefile(root + "/" + inside, place + "/" + name), inside
                        count += 1
            print(count)
            """
        let count = try shell("python3 -c \"$1\" \"${@:0:1}\" \"${@:2}\"", image, check, bin.string, out.string, dev.string)
        #expect(try #require(Int(String(decoding: count, as: UTF8.self).dropLast())) > 10)
        // Shared by two outputs, so a directory of the image; of one alone, a link.
        let kinds = try shell("cd \"$0\" && stat -c %F lib64 share share/doc sbin", image)
        #expect(String(decoding: kinds, as: UTF8.self) == "directory\ndirectory\ndirectory\nsymbolic link\n")
    }

    /// Unpacks the layer of links beside the store, so that links into the store lead there.
    /// - Returns: where `nix` and the links are.
    private func unpack(_ outputs: [StorePath]) throws -> String {
        try pack(outputs)
        let relink = """
            import os, sys
            root = sys.argv[1]
            for place, directories, files in os.walk(root):
                if place == root: directories.remove("nix")
                for name in directories + files:
                    link = place + "/" + name
                    if os.path.islink(link) and (target := os.readlink(link)).startswith("/nix/"):
                        os.unlink(link)
                        os.symlink(root + target, link)
            """
        try shell("tar -PC \"$0\" -xf \"$0/layer\" && python3 -c \"$1\" \"$0\"", store.root, relink)
        return store.root
    }

    private func pack(_ outputs: [StorePath]) throws {
        let forest = SymlinkForest(outputs: try outputs.map { .init(path: $0, tree: try TreeReader.tree(of: $0, storeRoot: store.root)) })
        let sink = MemorySink()
        _ = try LayerPacker(format: .gzip).pack(entries: forest.entries, to: sink)
        try sink.save(store.root + "/layer")
    }
}
