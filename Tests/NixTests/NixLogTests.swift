import Testing

@testable import Nix

/// Nix's log and store dumps, read byte by byte and in other unkind ways.
@Suite struct NixLogTests {
    private static let settings = NixSettings(environment: [:])
    private static let drv = "/nix/store/21pwdh7drx3qqmg6y7z9qa7js6hx8fnw-hello-2.12.drv"
    private static let log = """
        @nix {"action":"start","id":1,"level":0,"text":"","type":104}
        @nix {"action":"start","id":2,"level":0,"text":"","type":103}
        @nix {"action":"result","fields":[0,2,0,0],"id":1,"type":105}
        @nix {"action":"result","fields":[1,4,1,0],"id":2,"type":105}
        @nix {"action":"start","fields":["\(drv)","",1,1],"id":18446744073709551615,"level":3,"text":"building","type":105}
        @nix {"action":"result","fields":["\\u001b[31mred\\u001b[0m"],"id":18446744073709551615,"type":101}
        @nix {"action":"start","id":3,"level":0,"text":"","type":101}
        @nix {"action":"result","fields":[101,900],"id":2,"type":106}
        @nix {"action":"result","fields":[300,400,0,0],"id":3,"type":105}
        @nix {"action":"stop","id":3}
        @nix not JSON
        plain
        """

    @Test(arguments: [1, 7, 4_096])
    func readsPiecesOfAnySize(size: Int) {
        let (progress, lines) = (Recorder<NixProgress>(), Recorder<String>())
        var log = NixLog(settings: Self.settings, progress: { progress.append($0) }, line: { lines.append($0) })
        let bytes = Array(Self.log.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) { log.append(Array(bytes[start..<min(start + size, bytes.count)])) }
        log.finish()
        #expect(lines.values == ["hello-2.12> red", "@nix not JSON", "plain"])
        #expect(log.output.tail(of: Self.drv) == ["red"])
        let last = progress.values.last
        #expect(last?.builds == NixProgress.Count(done: 0, expected: 2) && last?.building == ["hello-2.12"])
        #expect(last?.downloads == NixProgress.Count(done: 1, expected: 4, running: 1))
        #expect(last?.bytes == NixProgress.Count(done: 300, expected: 900))
        #expect(last?.done == 1 && last?.expected == 6)
    }

    @Test func survivesBytesThatAreNoText() {
        let lines = Recorder<String>()
        var log = NixLog(settings: Self.settings, line: { lines.append($0) })
        log.append([0x61, 0xff, 0x62, 0x0d, 0x0a])
        #expect(lines.values == ["a\u{fffd}b"])
    }

    @Test func boundsALineWithoutEnd() {
        var settings = Self.settings
        settings.logLimit = 100
        var log = NixLog(settings: settings)
        log.append(Array("@nix {\"action\":\"start\",\"fields\":[\"\(Self.drv)\",\"\",1,1],\"id\":1,\"type\":105}\n".utf8))
        log.append([UInt8](repeating: 0x61, count: 100))
        #expect(log.excess == nil)
        log.append([UInt8](repeating: 0x61, count: 600))
        #expect(log.excess?.derivation == Self.drv)
    }

    @Test func joinsTheLinesOfAPlainMessage() {
        var log = NixLog(settings: Self.settings)
        log.append(Array("warning: x\nerror: one\n       two\n\nother\nerror:\n       … while\n       error: deep\n".utf8))
        #expect(log.errors == ["one\n       two", "\n       … while\n       error: deep"])
    }

    @Test(arguments: [
        ("a\u{1b}[1;31mb\u{1b}[0mc", "abc"), ("a\u{1b}]8;;https://x\u{7}b\u{1b}]8;;\u{1b}\\c", "abc"), ("tab\tand\u{8}\r\n", "tab\tand\n"),
        ("ü\u{1b}", "ü"), ("\u{1b}[", ""),
    ])
    func leavesOutWhatIsForTerminals(text: String, plain: String) { #expect(PlainText.of(text) == plain) }

    private static let path = "/nix/store/832rr3cgqvnd4n22vms5ahvp52ya6f2k-ok"
    private static let other = "/nix/store/z1xgy4n97gkqsgdhnd180m735cyrmhmv-lib"
    private static let hash = String(repeating: "0", count: 64)

    @Test func readsRegistrations() throws {
        let text = "\(Self.path)\n\(Self.hash)\n224\n\n2\n\(Self.other)\n\(Self.path)\n\(Self.other)\n\(Self.hash)\n1\n\(Self.drv)\n0\n"
        #expect(
            try NixPathInfo.parse(registration: text) == [
                NixPathInfo(path: Self.path, narHash: "sha256:\(Self.hash)", narSize: 224, references: [Self.other]),
                NixPathInfo(path: Self.other, narHash: "sha256:\(Self.hash)", narSize: 1, references: []),
            ])
    }

    @Test(arguments: [
        "\(path)", "\(path)\nshort\n1\n\n0\n", "\(path)\n\(hash)\nx\n\n0\n", "\(path)\n\(hash)\n1\n\n2\n\(other)",
        "\(path)\n\(hash)\n1\n\n-1\n",
    ])
    func refusesTornRegistrations(text: String) {
        #expect(throws: NixFailure.self) { try NixPathInfo.parse(registration: text) }
    }

    @Test(arguments: [
        ("/nix/store/832rr3cgqvnd4n22vms5ahvp52ya6f2k-a", true), ("/nix/store/832rr3cgqvnd4n22vms5ahvp52ya6f2k-", false),
        ("/nix/store/832rr3cgqvnd4n22vms5ahvp52ya6f2e-a", false), ("/nix/store/832rr3cgqvnd4n22vms5ahvp52ya6f2k-a/b", false),
        ("--help", false), ("", false),
    ])
    func knowsStorePaths(text: String, isOne: Bool) { #expect(StorePathText.isStorePath(text) == isOne) }
}
