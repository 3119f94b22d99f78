import Layers
import Testing

@Suite struct SymlinkForestTests {
    private static let file = PathTree.Node.file(isExecutable: false)
    private static let program = PathTree.Node.file(isExecutable: true)

    @Test func directoriesAreMergedAndReal() throws {
        let forest = try forest([
            ["bin/a": Self.program, "share/doc/a/readme": Self.file], ["bin/b": Self.program, "lib/empty": .directory([])],
        ])
        #expect(
            shown(forest) == [
                "bin/", "bin/a -> 0/bin/a", "bin/b -> 1/bin/b", "lib/", "lib/empty/", "share/", "share/doc/", "share/doc/a/",
                "share/doc/a/readme -> 0/share/doc/a/readme",
            ])
        #expect(forest.collisions.isEmpty)
        #expect(forest.entries.allSatisfy { $0.content != .directory || $0.mode == (modes[$0.pathText] ?? 0o755) })
    }

    private let modes: [String: UInt16] = ["tmp": 0o1777, "root": 0o700]

    @Test func entriesAreInOrderOfArchiveNames() throws {
        let names = ["b/x", "b-c", "b.c", "b0", "B/y", "a", "b/z/1", "b/z-1"]
        let forest = try forest([Dictionary(uniqueKeysWithValues: names.map { ($0, Self.file) })])
        let archive = forest.entries.map(\.archiveName)
        #expect(archive == archive.sorted { $0.lexicographicallyPrecedes($1) })
        #expect(Set(archive).count == archive.count)
    }

    @Test func firstWinsAndLosersAreReported() throws {
        let forest = try forest([
            ["bin/a": Self.program], ["bin/a": Self.program, "bin/b": Self.file], ["bin/a/x": Self.file, "bin/b": Self.file],
        ])
        #expect(shown(forest) == ["bin/", "bin/a -> 0/bin/a", "bin/b -> 1/bin/b"])
        #expect(
            try collisions(forest)
                == [
                    "bin/a": (.output(Self.path(0)), [.output(Self.path(1)), .output(Self.path(2))]),
                    "bin/b": (.output(Self.path(1)), [.output(Self.path(2))]),
                ].mapValues(Outcome.init))
    }

    @Test func directoryThatComesFirstWinsOverFile() throws {
        let forest = try forest([["x/y": Self.file], ["x": Self.file], ["x/z": Self.file]])
        #expect(shown(forest) == ["x/", "x/y -> 0/x/y", "x/z -> 2/x/z"])
        #expect(try collisions(forest) == ["x": Outcome(.output(Self.path(0)), [.output(Self.path(1))])])
    }

    @Test func sameOutputTwiceIsNoCollision() throws {
        let output = SymlinkForest.Output(path: try Self.path(0), tree: tree(["bin/a": Self.program]))
        let forest = SymlinkForest(outputs: [output, output])
        #expect(forest.collisions.isEmpty)
        #expect(forest == SymlinkForest(outputs: [output]))
    }

    @Test func outputsThatAreNoDirectoriesAddNothing() throws {
        let nodes = [PathTree.Node.file(isExecutable: true), .symlink(.nothing), .symlink(.file(isExecutable: true))]
        let outputs = try nodes.enumerated().map { SymlinkForest.Output(path: try Self.path($0.offset), tree: PathTree(root: $0.element)) }
        #expect(SymlinkForest(outputs: outputs) == SymlinkForest(outputs: []))
    }

    @Test func outputThatIsALinkIsADirectory() throws {
        let root = PathTree.Node.symlink(
            .otherDirectory([member("bin", .directory([member("a", Self.program)])), member("sbin", link("bin"))]))
        let forest = SymlinkForest(outputs: [.init(path: try Self.path(0), tree: PathTree(root: root))])
        #expect(shown(forest) == ["bin/", "bin/a -> 0/bin/a", "sbin -> bin"])
    }

    @Test func placesOfTheImageAreKeptFree() throws {
        let forest = try forest([
            ["nix/store/x": Self.file, "dev": Self.file, "proc/x": Self.file, "sys": Self.file, "nix-support/x": Self.file]
        ])
        #expect(shown(forest).isEmpty)
        #expect(Set(forest.collisions.map { String(decoding: $0.path, as: UTF8.self) }) == ["dev", "nix", "proc", "sys"])
        #expect(forest.collisions.allSatisfy { $0.winner == .image })
    }

    @Test func namesBelowAreNotKeptFree() throws {
        #expect(shown(try forest([["x/nix-support": Self.file, "x/nix": Self.file]])).count == 3)
    }

    // MARK: Links to directories

    @Test func ownLinkStaysInsideTheForest() throws {
        let trees = [["bin/a": Self.program, "sbin": link("bin")], ["bin/b": Self.program, "sbin": link("bin")]]
        #expect(shown(try forest(trees)) == ["bin/", "bin/a -> 0/bin/a", "bin/b -> 1/bin/b", "sbin -> bin"])
        #expect(try forest(trees).collisions.isEmpty)
    }

    @Test(arguments: [
        ("include/n", "include", "."), ("include/n", "include/m", "m"), ("a/b/c", "x/y", "../../x/y"), ("a/b/c", "", "../.."),
        ("x", "", "."),
        ("a/b/c", "a", ".."), ("x", "y/z", "y/z"),
    ])
    func ownLinkIsRelative(path: String, target: String, expected: String) throws {
        let forest = try forest([[path: link(target), "y/z/f": Self.file]])
        #expect(forest.entries.first { $0.pathText == path }?.content == .symlink(target: Array(expected.utf8)))
    }

    @Test func linkAndDirectoryAreMerged() throws {
        let other = PathTree.Node.symlink(.otherDirectory([member("x", Self.file), member("deeper", .symlink(.unlistedDirectory))]))
        let forest = try forest([["share/doc": other], ["share/doc/y": Self.file, "share/doc/deeper": .symlink(.nothing)]])
        #expect(
            shown(forest) == [
                "share/", "share/doc/", "share/doc/deeper -> 0/share/doc/deeper", "share/doc/x -> 0/share/doc/x",
                "share/doc/y -> 1/share/doc/y",
            ])
        #expect(forest.collisions.map(\.winner) == [.output(try Self.path(0))])
    }

    @Test func ownLinkAndDirectoryAreMerged() throws {
        let forest = try forest([["lib/x": Self.file, "lib64": link("lib")], ["lib64/y": Self.file]])
        #expect(shown(forest) == ["lib/", "lib/x -> 0/lib/x", "lib64/", "lib64/x -> 0/lib64/x", "lib64/y -> 1/lib64/y"])
    }

    @Test func loopsEnd() throws {
        let loop = ["include/n": link("include"), "include/x": Self.file]
        #expect(
            shown(try forest([loop, loop])).filter { $0.hasPrefix("include") } == [
                "include/", "include/n -> .", "include/x -> 0/include/x",
            ])
        // Different loops under one name: followed once.
        let up = ["include/n": link(""), "include/y": Self.file]
        let names = shown(try forest([loop, up]))
        #expect(names.contains("include/n/n -> .."))
        #expect(names.contains("include/n/include/y -> 1/include/n/include/y"))
        #expect(names.count < 12)
    }

    /// Links of two outputs that differ and lead back to themselves are followed once.
    @Test func differentLoopsEnd() throws {
        let forest = try forest([
            ["a/n": link("a"), "a/x": Self.file], ["a/n": link("b"), "b/n": link("b"), "b/y": Self.file],
        ])
        #expect(
            shown(forest) == [
                "a/", "a/n/", "a/n/n -> 0/a/n/n", "a/n/x -> 0/a/n/x", "a/n/y -> 1/a/n/y", "a/x -> 0/a/x", "b/", "b/n -> .", "b/y -> 1/b/y",
            ])
        #expect(try collisions(forest) == ["a/n/n": Outcome(.output(Self.path(0)), [.output(Self.path(1))])])
    }

    /// What lies in an output that is a link is not below a link for that.
    @Test func linksOfAnOutputThatIsALinkAreMerged() throws {
        let root = PathTree.Node.symlink(
            .otherDirectory([member("lib", .directory([member("x", Self.file)])), member("lib64", link("lib"))]))
        let outputs = [PathTree(root: root), tree(["lib64/y": Self.file])]
        let forest = SymlinkForest(
            outputs: try outputs.enumerated().map { SymlinkForest.Output(path: try Self.path($0.offset), tree: $0.element) })
        #expect(shown(forest) == ["lib/", "lib/x -> 0/lib/x", "lib64/", "lib64/x -> 0/lib64/x", "lib64/y -> 1/lib64/y"])
    }

    @Test func linkToAnotherDirectoryIsOneLinkExceptAtTheTop() throws {
        let other = PathTree.Node.symlink(.otherDirectory([member("x", Self.file)]))
        #expect(shown(try forest([["lib": other, "share/x": other]])) == ["lib/", "lib/x -> 0/lib/x", "share/", "share/x -> 0/share/x"])
        #expect(shown(try forest([["lib": .symlink(.unlistedDirectory)]])) == ["lib -> 0/lib"])
    }

    @Test func danglingLinksAreLinked() throws {
        #expect(shown(try forest([["x": .symlink(.nothing)]])) == ["x -> 0/x"])
    }

    // MARK: Helpers

    struct Outcome: Equatable {
        let winner: SymlinkForest.Origin
        let losers: [SymlinkForest.Origin]

        init(_ winner: SymlinkForest.Origin, _ losers: [SymlinkForest.Origin]) {
            self.winner = winner
            self.losers = losers
        }
    }

    static func path(_ number: Int) throws -> StorePath { try Graph.path(number) }

    private func link(_ names: String) -> PathTree.Node { .symlink(.ownDirectory(names.split(separator: "/").map { Array($0.utf8) })) }

    private func forest(_ trees: [[String: PathTree.Node]]) throws -> SymlinkForest {
        SymlinkForest(
            outputs: try trees.enumerated().map { SymlinkForest.Output(path: try Self.path($0.offset), tree: tree($0.element)) })
    }

    private func collisions(_ forest: SymlinkForest) throws -> [String: Outcome] {
        Dictionary(
            uniqueKeysWithValues: forest.collisions.map { (String(decoding: $0.path, as: UTF8.self), Outcome($0.winner, $0.losers)) })
    }

    /// What is in the forest beside the files that every image has, with `0/` for the first output and so on.
    private func shown(_ forest: SymlinkForest) -> [String] {
        let generated: Set = ["etc", "etc/group", "etc/nsswitch.conf", "etc/passwd", "root", "tmp"]
        return forest.entries.filter { !generated.contains($0.pathText) }.map { entry in
            switch entry.content {
            case .directory: return entry.pathText + "/"
            case .file: return entry.pathText
            case .symlink(let target):
                let text = String(decoding: target, as: UTF8.self)
                guard let path = try? StorePath(String(text.prefix(45))), let number = Int(path.baseName.prefix(32)) else {
                    return "\(entry.pathText) -> \(text)"
                }
                return "\(entry.pathText) -> \(number)\(text.dropFirst(45))"
            }
        }
    }
}
