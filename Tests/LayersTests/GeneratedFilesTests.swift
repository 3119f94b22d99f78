import Layers
import Testing

/// What every image has besides its packages.
@Suite struct GeneratedFilesTests {
    private static let program = PathTree.Node.file(isExecutable: true)
    private static let file = PathTree.Node.file(isExecutable: false)
    private static let bundle = "etc/ssl/certs/ca-bundle.crt"

    @Test func emptyImage() throws {
        let forest = try forest([])
        #expect(forest.entries.map(\.pathText) == ["etc", "etc/group", "etc/nsswitch.conf", "etc/passwd", "root", "tmp"])
        #expect(forest.entries.map(\.mode) == [0o755, 0o644, 0o644, 0o644, 0o700, 0o1777])
        let passwd = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n"
        #expect(content("etc/passwd", forest) == .file(Array(passwd.utf8)))
        #expect(forest.collisions.isEmpty)
    }

    @Test(arguments: [program, .symlink(.file(isExecutable: true))])
    func shellAndEnv(node: PathTree.Node) throws {
        let forest = try forest([["bin/bash": node], ["bin/env": node]])
        #expect(content("bin/sh", forest) == .symlink(target: Array("\(try Graph.path(0))/bin/bash".utf8)))
        #expect(content("usr/bin/env", forest) == .symlink(target: Array("\(try Graph.path(1))/bin/env".utf8)))
        #expect(forest.collisions.isEmpty)
    }

    @Test(arguments: [nil, file, .symlink(.nothing), .symlink(.file(isExecutable: false)), .directory([])] as [PathTree.Node?])
    func nothingDangles(node: PathTree.Node?) throws {
        var nodes: [String: PathTree.Node] = ["x": Self.file]
        nodes["bin/bash"] = node
        nodes["bin/env"] = node
        let forest = try forest([nodes])
        #expect(content("bin/sh", forest) == nil)
        #expect(content("usr/bin/env", forest) == nil)
        #expect(content("usr", forest) == nil)
    }

    @Test func packageWinsInBin() throws {
        let forest = try forest([
            ["bin/bash": Self.program], ["bin/sh": Self.program, "usr/bin/env": Self.program], ["bin/env": Self.program],
        ])
        #expect(content("bin/sh", forest) == .symlink(target: Array("\(try Graph.path(1))/bin/sh".utf8)))
        #expect(content("usr/bin/env", forest) == .symlink(target: Array("\(try Graph.path(1))/usr/bin/env".utf8)))
        #expect(forest.collisions.isEmpty)
    }

    @Test func generatedWinsInEtcAndTmp() throws {
        let forest = try forest([["etc/passwd": Self.file, "etc/other": Self.file, "tmp": Self.file, "root/x": Self.file]])
        #expect(content("tmp", forest) == .directory)
        #expect(content("root/x", forest) != nil)
        #expect(forest.entries.first { $0.pathText == "root" }?.mode == 0o700)
        #expect(content("etc/other", forest) == .symlink(target: Array("\(try Graph.path(0))/etc/other".utf8)))
        guard case .file = content("etc/passwd", forest) else {
            Issue.record("passwd is not the image's own")
            return
        }
        #expect(forest.collisions.map { String(decoding: $0.path, as: UTF8.self) } == ["etc/passwd", "tmp"])
        #expect(forest.collisions.allSatisfy { $0.winner == .image })
    }

    @Test func certificatesAreWhereProgramsLook() throws {
        let forest = try forest([["x": Self.file], [Self.bundle: Self.file, "etc/ssl/cert.pem": Self.file]])
        let target = TarEntry.Content.symlink(target: Array("\(try Graph.path(1))/\(Self.bundle)".utf8))
        for alias in [
            Self.bundle, "etc/ssl/certs/ca-certificates.crt", "etc/pki/tls/certs/ca-bundle.crt", "etc/ssl/ca-bundle.pem",
            "etc/pki/tls/cacert.pem", "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        ] { #expect(content(alias, forest) == target, "\(alias)") }
        // What a package has there itself stays.
        #expect(content("etc/ssl/cert.pem", forest) == .symlink(target: Array("\(try Graph.path(1))/etc/ssl/cert.pem".utf8)))
        #expect(forest.collisions.isEmpty)
    }

    @Test func noCertificatesNoAliases() throws {
        #expect(try forest([["etc/ssl/certs/other": Self.file]]).entries.allSatisfy { !$0.pathText.contains("pki") })
    }

    /// A linked `etc` is no obstacle to the files of the image.
    @Test func etcThatIsALink() throws {
        let etc = PathTree.Node.symlink(.otherDirectory([member("x", Self.file)]))
        let forest = try forest([["etc": etc]])
        #expect(content("etc/x", forest) == .symlink(target: Array("\(try Graph.path(0))/etc/x".utf8)))
        #expect(content("etc/group", forest) != nil)
    }

    private func content(_ path: String, _ forest: SymlinkForest) -> TarEntry.Content? {
        forest.entries.first { $0.pathText == path }?.content
    }

    private func forest(_ trees: [[String: PathTree.Node]]) throws -> SymlinkForest {
        SymlinkForest(outputs: try trees.enumerated().map { SymlinkForest.Output(path: try Graph.path($0.offset), tree: tree($0.element)) })
    }
}
