import Foundation
import Layers
import Packing
import Testing

@Suite struct TreeReaderTests {
    private let store: StoreFixture
    private let path: StorePath
    private let other: StorePath

    init() throws {
        store = try StoreFixture()
        path = try storePath("a", "read")
        other = try storePath("b", "other")
        try store.file(other, "share/doc", executable: false)
        try store.symlink(other, "share/loop", to: ".")
        try store.file(other, "tool", executable: true)
    }

    @Test func listsWhatIsThere() throws {
        try store.file(path, "bin/b", executable: true)
        try store.file(path, "bin-a")
        try store.directory(path, "empty")
        #expect(
            try tree()
                == directory([
                    ("bin", directory([("b", .file(isExecutable: true))])), ("bin-a", .file(isExecutable: false)), ("empty", directory([])),
                ]))
    }

    @Test(arguments: [
        ("nowhere", PathTree.Destination.nothing),
        ("link", .nothing),
        ("/etc/passwd", .nothing),
        ("/nix/store", .nothing),
        ("../..", .nothing),
        ("bin/b", .file(isExecutable: true)),
        ("../OTHER/tool", .file(isExecutable: true)),
        ("/nix/store/OTHER/share/loop/loop/doc", .file(isExecutable: false)),
        ("bin", .ownDirectory([Array("bin".utf8)])),
        (".", .ownDirectory([])),
        ("./bin/../deep/link/.", .ownDirectory([Array("bin".utf8)])),
        ("/nix/store/OWN/bin", .ownDirectory([Array("bin".utf8)])),
    ])
    func followsLinks(target: String, destination: PathTree.Destination) throws {
        try store.file(path, "bin/b", executable: true)
        try store.symlink(path, "deep/link", to: "../bin")
        let target = target.replacing("OTHER", with: other.baseName).replacing("OWN", with: path.baseName)
        try store.symlink(path, "link", to: target)
        #expect(try PathTree(root: tree()).node(at: "link") == .symlink(destination))
    }

    /// As far as Linux goes, and no further.
    @Test(arguments: [(40, PathTree.Destination.file(isExecutable: true)), (41, .nothing)])
    func followsChains(length: Int, destination: PathTree.Destination) throws {
        try store.file(path, "0", executable: true)
        for number in 1...length { try store.symlink(path, "\(number)", to: "\(number - 1)") }
        #expect(try PathTree(root: tree()).node(at: "\(length)") == .symlink(destination))
    }

    /// A listed directory of another path lists no further directories behind links.
    @Test func listsOtherDirectories() throws {
        try store.symlink(path, "share", to: other.string + "/share")
        let listing: [PathTree.Member] = [member("doc", .file(isExecutable: false)), member("loop", .symlink(.unlistedDirectory))]
        #expect(try tree() == directory([("share", .symlink(.otherDirectory(listing)))]))
    }

    @Test func outputThatIsALink() throws {
        try store.symlink(path, to: other.string + "/share")
        let listing = [member("doc", .file(isExecutable: false)), member("loop", .symlink(.ownDirectory([])))]
        #expect(try tree() == .symlink(.otherDirectory(listing)))
    }

    @Test func outputThatIsALinkToAFile() throws {
        try store.symlink(path, to: other.baseName + "/tool")
        #expect(try tree() == .symlink(.file(isExecutable: true)))
    }

    @Test func outputThatIsAFile() throws {
        try store.file(path, executable: true)
        #expect(try tree() == .file(isExecutable: true))
    }

    @Test func refusesSockets() throws {
        try store.directory(path)
        try shell("mkfifo \"$0\"", store.disk(path, "pipe"))
        #expect(throws: PackingError.specialFile(path: path.string + "/pipe", kind: "FIFO")) { try tree() }
    }

    @Test func missingOutput() throws {
        #expect(throws: PackingError.system(operation: "find", path: path.string, code: ENOENT)) { try tree() }
    }

    /// Deeper than any program could open by name; such trees exist in the test data of tools that handle them.
    @Test func tooDeep() throws {
        try store.directory(path)
        try shell("cd \"$0\" && for i in {1..24}; do mkdir $1 && cd $1; done", store.disk(path), String(repeating: "d", count: 200))
        #expect(throws: PackingError.self) { try tree() }
        #expect(throws: PackingError.self) {
            try LayerPacker(format: .gzip).pack(contents: [path], storeRoot: store.root, to: MemorySink())
        }
    }

    private func tree() throws -> PathTree.Node {
        let tree = try TreeReader.tree(of: path, storeRoot: store.root)
        #expect(try PathTree(encoded: tree.encoded) == tree)
        return tree.root
    }

    private func member(_ name: String, _ node: PathTree.Node) -> PathTree.Member { PathTree.Member(name: Array(name.utf8), node: node) }

    private func directory(_ members: [(String, PathTree.Node)]) -> PathTree.Node { .directory(members.map { member($0.0, $0.1) }) }
}
