import Layers
import Testing

@Suite struct PathTreeTests {
    private static let sample = tree(
        [
            "bin/b": .file(isExecutable: true), "bin/a": .symlink(.file(isExecutable: true)), "empty": .directory([]),
            "foreign": .symlink(.otherDirectory([member("x", .file(isExecutable: false)), member("y", .directory([]))])),
            "lib/loop": .symlink(.ownDirectory([Array("lib".utf8)])), "lib64": .symlink(.ownDirectory([Array("lib".utf8)])),
            "lib/deep/er/file": .file(isExecutable: false), "nothing": .symlink(.nothing), "self": .symlink(.ownDirectory([])),
            "plain": .symlink(.file(isExecutable: false)), "unlisted": .symlink(.unlistedDirectory),
        ])

    @Test(arguments: [
        sample, PathTree(root: .file(isExecutable: true)), PathTree(root: .directory([])), PathTree(root: .symlink(.otherDirectory([]))),
        PathTree(root: .symlink(.nothing)), PathTree(root: .directory([PathTree.Member(name: [0xff, 0x2d], node: .directory([]))])),
        tree(["x": .directory((100..<600).map { member("\($0)", .file(isExecutable: $0.isMultiple(of: 2))) })]),
        tree([String(repeating: "d/", count: 2000) + "end": .file(isExecutable: false)]),
    ])
    func encodingKeepsEverything(tree: PathTree) throws {
        #expect(try PathTree(encoded: tree.encoded) == tree)
    }

    /// No damaged bytes are taken for another tree of the same length, and none crash.
    @Test func refusesDamage() {
        let bytes = Self.sample.encoded
        for length in bytes.indices { #expect(throws: PathTreeError.self) { try PathTree(encoded: Array(bytes.prefix(length))) } }
        #expect(throws: PathTreeError.self) { try PathTree(encoded: bytes + [2]) }
        for index in bytes.indices {
            for value in [0, 1, 127, 255] as [UInt8] {
                var damaged = bytes
                damaged[index] = value
                if let tree = try? PathTree(encoded: damaged) { #expect(tree.encoded == damaged) }
            }
        }
    }

    @Test(arguments: [
        ("bin/b", PathTree.Node.file(isExecutable: true)), ("lib64/deep/er/file", .file(isExecutable: false)),
        ("self/self/lib/loop/loop/deep/er/file", .file(isExecutable: false)), ("foreign/x", .file(isExecutable: false)),
        ("empty", .directory([])), ("missing", nil), ("bin/b/x", nil), ("nothing/x", nil), ("unlisted/x", nil), ("bin/a/x", nil),
    ])
    func findsNodes(path: String, node: PathTree.Node?) {
        #expect(Self.sample.node(at: path) == node)
    }
}
