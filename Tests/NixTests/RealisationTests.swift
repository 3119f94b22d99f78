import Foundation
import Testing

@testable import Nix

/// Builds by the real Nix, single-user and through nix-daemon.
@Suite struct RealisationTests {
    @Test(arguments: NixMode.allCases)
    func buildsAndDescribes(mode: NixMode) async throws {
        let bench = try Bench(
            mode,
            [
                "library": #"builder "library" "echo building the library; echo hi > $out""#,
                "program": """
                builtins.derivation ((builder "program-1.0" "echo $library $out > $out; echo none > $doc").drvAttrs
                  // { outputs = [ "out" "doc" ]; library = builder "library" "echo building the library; echo hi > $out"; })
                """,
            ])
        let program = try #require(try await bench.evaluate("program").packages.first)
        #expect(program.name == "program-1.0" && program.outputs.map(\.name) == ["out"])
        let (progress, lines) = (Recorder<NixProgress>(), Recorder<String>())
        try await bench.tool.realise(["\(program.drvPath)!out", "\(program.drvPath)!doc"], root: bench.root.path) {
            progress.append($0)
        } log: {
            lines.append($0)
        }
        let path = program.outputs[0].path
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: bench.root.path) == path)
        #expect(lines.values.contains("library> building the library"))
        #expect(progress.values.contains { $0.building == ["library"] && $0.builds.running == 1 && $0.expected == 2 })
        #expect(progress.values.last.map { $0.done == 2 && $0.building.isEmpty } == true)

        let closure = try await bench.tool.closure(of: [path])
        #expect(closure.map { StorePathText.name($0.path) }.sorted() == ["library", "program-1.0"])
        let described = try #require(closure.first { $0.path == path })
        #expect(described.references == closure.map(\.path).filter { $0 != path })
        #expect(described.narHash.hasPrefix("sha256:") && described.narHash.utf8.count == 71 && described.narSize > 0)

        let roots = {
            try FileManager.default.contentsOfDirectory(atPath: "\(bench.directory)/work").filter { $0.hasPrefix("root") }.sorted()
        }
        try "not a root".write(toFile: "\(bench.directory)/work/root-note", atomically: false, encoding: .utf8)
        #expect(try roots() == ["root", "root-2-doc", "root-note"])
        bench.root.remove()
        #expect(try roots() == ["root-note"])
    }

    struct Failing: Sendable, CustomTestStringConvertible {
        let package: String
        let kind: NixFailure.Kind
        let message: String
        var tail: [String] = []
        var testDescription: String { kind.rawValue }
    }

    static let failing = [
        Failing(
            package: #"builder "broken-2.0" "for i in 1 2 3; do echo line $i; done; exit 7""#, kind: .buildFailed,
            message: "broken-2.0 could not be built: its builder ended with exit code 7", tail: ["line 1", "line 2", "line 3"]),
        Failing(
            package: #"builder "killed" "kill -SEGV $$""#, kind: .buildFailed,
            message: "killed could not be built: its builder ended with signal 11"),
        Failing(package: #"builder "empty" "true""#, kind: .buildFailed, message: "empty could not be built: builder for '/nix/store/"),
        Failing(
            package: #"builder "slow" "while :; do echo tick; sleep 0.2; done""#, kind: .buildTimedOut,
            message:
                "slow could not be built in time: its builder was stopped after 4 s (the limit is NIX_TIMEOUT, a setting of the workers)",
            tail: ["tick"]),
        Failing(
            package: #"builder "mute" "echo begun; sleep 1000""#, kind: .buildSilent,
            message:
                "mute could not be built: its builder printed nothing for 2 s (the limit is NIXERY_SILENCE_SECONDS, a setting of the workers)",
            tail: ["begun"]),
        Failing(
            package: #"builder "talker" "yes 'talk talk talk talk talk talk talk talk talk'""#, kind: .logLimit,
            message:
                "talker could not be built: its builder printed more than 100000 bytes (the limit is NIXERY_LOG_LIMIT, a setting of the workers)",
            tail: ["talk talk talk talk talk talk talk talk talk"]),
        Failing(
            package: #"builtins.derivation ((builder "foreign" "true").drvAttrs // { system = "aarch64-linux"; })"#, kind: .wrongSystem,
            message: "foreign cannot be built here: it is for aarch64-linux"),
        Failing(
            package: #"builder "outer" "echo ${builder "inner" "echo reason; exit 9"} > $out""#, kind: .buildFailed,
            message: "inner could not be built: its builder ended with exit code 9", tail: ["reason"]),
        // What a builder prints must not pass for what Nix says.
        Failing(
            package: #"builder "liar" "echo No space left on device; echo timed out after 5 seconds; exit 1""#, kind: .buildFailed,
            message: "liar could not be built: its builder ended with exit code 1",
            tail: ["No space left on device", "timed out after 5 seconds"]),
    ]

    @Test(arguments: NixMode.allCases, failing)
    func tellsFailuresApart(mode: NixMode, failing: Failing) async throws {
        let bench = try Bench(mode, ["package": failing.package]) { settings in
            settings.builderTimeout = .seconds(4)
            settings.silenceTimeout = .seconds(2)
            settings.logLimit = 100_000
        }
        let failure = try #require(try await bench.failure(of: "package"))
        #expect(failure.kind == failing.kind)
        #expect(failure.message.hasPrefix(failing.message), "\(failure)")
        #expect(failing.tail.allSatisfy { failure.logTail.contains($0) }, "\(failure)")
        #expect(failure.derivation != nil)
        #expect(!FileManager.default.fileExists(atPath: bench.root.path))
    }

    /// A tree with a child of its own session that is deaf to TERM.
    private func stubborn(_ bench: String = "tether") -> String {
        #"""
        builder "stubborn" "exec 7>${toString ../\#(bench)}; echo b >&7; setsid sh -c 'trap : TERM; echo g >&7; while :; do sleep 1000; done' & wait"
        """#
    }

    @Test(arguments: NixMode.allCases)
    func leavesNothingWhenCancelled(mode: NixMode) async throws {
        let bench = try Bench(mode, ["stubborn": stubborn()])
        let outputs = try await bench.wanted("stubborn")
        let task = Task { try await bench.tool.realise(outputs, root: bench.root.path) }
        #expect(await bench.tether.news(count: 4).count == 4)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        // Single-user, the call returns after the last process; a daemon's builders are the daemon's to kill.
        #expect(await bench.tether.isLetGo(patience: mode == .singleUser ? 0 : Waiting.patience))
    }

    @Test(arguments: NixMode.allCases)
    func leavesNothingWhenItsOwnerIsKilled(mode: NixMode) async throws {
        let bench = try Bench(mode, ["stubborn": stubborn()])
        let outputs = try await bench.wanted("stubborn")
        // A worker in small: it starts the guard and holds the lifeline.
        let lifeline = "\(bench.directory)/lifeline"
        let realise = "\(bench.tool.settings.guardCommand) --grace 2 -- nix-store --realise '\(outputs[0])' --add-root \(bench.root.path)"
        let owner = try SpawnedProcess(
            ["/bin/sh", "-c", "mkfifo \(lifeline); \(realise) <\(lifeline) 2>/dev/null & exec 9>\(lifeline); wait"],
            environment: bench.tool.settings.commandEnvironment, descriptors: [:]
        )
        #expect(await bench.tether.news(count: 4).count == 4)
        kill(owner.pid, SIGKILL)
        #expect(try await owner.status() == 137)
        #expect(await bench.tether.isLetGo())
    }

    @Test func refusesEmptyQuestions() async throws {
        let bench = try Bench()
        await #expect(throws: NixFailure.self) { try await bench.tool.realise([], root: bench.root.path) }
        await #expect(throws: NixFailure.self) { try await bench.tool.closure(of: []) }
    }

    @Test(arguments: NixMode.allCases)
    func knowsItself(mode: NixMode) async throws {
        let bench = try Bench(mode) { $0.extraEnvironment["NIX_CONFIG", default: ""] += "\nextra-platforms = riscv64-linux aarch64-linux" }
        #expect(try await bench.tool.abilities().systems == ["x86_64-linux", "aarch64-linux", "riscv64-linux"])
        #expect(try await bench.tool.version().first?.isNumber == true)
    }
}
