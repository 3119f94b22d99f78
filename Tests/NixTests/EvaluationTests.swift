import Testing

@testable import Nix

/// Evaluations by the real nixery-prepare-image, or by one that goes wrong in a certain way.
@Suite struct EvaluationTests {
    @Test(arguments: NixMode.allCases)
    func looksUpPackages(mode: NixMode) async throws {
        let bench = try Bench(mode, ["Hello": #"builder "hello-1.0" "true""#, "zlib": #"builder "zlib" "true""#])
        let evaluation = try await bench.evaluate("hello", "zlib", optional: ["cacert"])
        #expect(evaluation.packages.map(\.attribute) == ["hello", "zlib"])
        #expect(evaluation.packages.map(\.resolved) == ["Hello", "zlib"])
        #expect(evaluation.packages.allSatisfy { StorePathText.isStorePath($0.drvPath) && $0.outputs.count == 1 })
        #expect(evaluation.lacking == ["cacert"])
    }

    @Test func namesAllThatIsMissing() async throws {
        let bench = try Bench(.singleUser, ["hello": #"builder "hello" "true""#])
        let evaluation = try await bench.evaluate("helo", "hello", "hell", "a'; rm -rf \" ${x} \\")
        #expect(evaluation.packages.isEmpty)
        #expect(evaluation.missing.map(\.attribute) == ["helo", "hell", "a'; rm -rf \" ${x} \\"])
        #expect(evaluation.missing.contains { $0.nearNames == ["hello"] })
    }

    @Test(arguments: NixMode.allCases)
    func repeatsWhatAPackageThrows(mode: NixMode) async throws {
        let bench = try Bench(mode, ["bad": #"throw "bad is not for you""#])
        let failure = await #expect(throws: NixFailure.self) { try await bench.evaluate("bad") }
        #expect(failure?.kind == .evaluationFailed)
        #expect(failure?.message == "the evaluation of bad failed: bad is not for you")
    }

    /// Nix says only that an index is out of bounds.
    @Test(
        arguments: NixMode.allCases,
        [
            #"builtins.derivation ((builder "x" "true").drvAttrs // { outputs = [ ]; })"#,
            #"builder "x" "cat ${builtins.derivation ((builder "y" "true").drvAttrs // { outputs = [ ]; })}""#,
        ])
    func saysThatADerivationHasNoOutputs(mode: NixMode, package: String) async throws {
        let bench = try Bench(mode, ["x": package])
        let failure = await #expect(throws: NixFailure.self) { try await bench.evaluate("x") }
        #expect(failure?.kind == .evaluationFailed)
        #expect(
            failure?.message
                == #"the evaluation of x failed: a derivation has an empty list of outputs; it needs at least one, such as "out""#)
    }

    @Test(
        arguments: NixMode.allCases,
        [
            (
                #"builder "x" (builtins.readFile (builder "needed" "echo why; exit 3"))"#, .buildFailed,
                "needed could not be built: its builder ended with exit code 3"
            ),
            (
                #"builder "x" (builtins.readFile (builder "needed" "echo why; sleep 1000"))"#, .buildSilent,
                "needed could not be built: its builder printed nothing"
            ),
        ] as [(String, NixFailure.Kind, String)])
    func boundsWhatAnEvaluationBuilds(mode: NixMode, package: (String, NixFailure.Kind, String)) async throws {
        let bench = try Bench(mode, ["x": package.0]) { $0.silenceTimeout = .seconds(2) }
        let failure = await #expect(throws: NixFailure.self) { try await bench.evaluate("x") }
        #expect(failure?.kind == package.1)
        #expect(failure?.message.hasPrefix(package.2) == true, "\(String(describing: failure))")
        #expect(failure?.logTail == ["why"])
    }

    @Test func stopsWhatGoesOnForEver() async throws {
        let endless =
            "builtins.foldl' (a: i: builtins.foldl' (b: j: b + j) a (builtins.genList (x: x) 10000)) 0 (builtins.genList (x: x) 10000000)"
        let bench = try Bench(.singleUser, ["endless": endless]) { $0.evaluationTimeout = .seconds(2) }
        let failure = await #expect(throws: NixFailure.self) { try await bench.evaluate("endless") }
        #expect(failure?.kind == .evaluationTimedOut)
        #expect(
            failure?.message
                == "the evaluation of endless took longer than 2 s and was stopped (the limit is NIXERY_EVALUATION_SECONDS, a setting of the workers)"
        )
    }

    @Test func boundsMemory() async throws {
        let greedy = "builtins.stringLength (builtins.concatStringsSep \"x\" (builtins.genList (x: toString x) 100000000))"
        let bench = try Bench(.singleUser, ["greedy": greedy]) { $0.evaluationMemory = 600 }
        let failure = await #expect(throws: NixFailure.self) { try await bench.evaluate("greedy") }
        #expect(failure?.kind == .evaluationFailed, "\(String(describing: failure))")
    }

    /// A stand-in for nixery-prepare-image, what comes of it, and what the message must say.
    struct Faulty: Sendable, CustomTestStringConvertible {
        let script: String
        let kind: NixFailure.Kind
        let message: String
        var testDescription: String { script }
    }

    @Test(arguments: [
        Faulty(
            script: "exec head -c 1000000000 /dev/zero", kind: .evaluationFailed,
            message: "answered with more than 1000000 bytes (the limit is NIXERY_OUTPUT_LIMIT, a setting of the workers)"),
        Faulty(
            script: "exec head -c 1000000000 /dev/zero >&2", kind: .logLimit,
            message: "printed more than 100000 bytes (the limit is NIXERY_LOG_LIMIT, a setting of the workers)"),
        Faulty(script: "yes >&2", kind: .logLimit, message: "printed more than 100000 bytes"),
        Faulty(script: #"echo '{"packages":['; echo 'error: it broke' >&2; exit 1"#, kind: .evaluationFailed, message: "failed: it broke"),
        Faulty(script: #"echo '{"packages":['"#, kind: .internal, message: #"cannot read: {"packages":["#),
        Faulty(
            script:
                #"echo '{"packages":[{"attribute":"x","drvPath":"--help","outputs":[{"name":"out","path":"/etc"}]}],"missing":[],"lacking":[]}'"#,
            kind: .evaluationFailed, message: "x is not a proper derivation"),
        Faulty(script: "exec nix-instantiate-that-is-not-there", kind: .nixMissing, message: "is Nix installed and on PATH?"),
        Faulty(script: "kill -KILL $$", kind: .evaluationFailed, message: "was ended by signal 9, perhaps for want of memory"),
        Faulty(
            script: "echo \"error: unable to download 'https://example.org/x': Could not resolve host\" >&2; exit 1",
            kind: .substituterFailed, message: "something could not be fetched: unable to download 'https://example.org/x'"),
        Faulty(
            script: """
                echo "error: Cannot find Git revision '0123abc' in ref 'master' of repository 'git://x/y'! Please make sure" >&2; exit 1
                """, kind: .evaluationFailed, message: "the evaluation of x failed: the repository has no commit 0123abc"),
        Faulty(
            script: "echo \"error: unable to download 'https://example.org/x.tar.gz': HTTP error 404\" >&2; exit 1",
            kind: .evaluationFailed,
            message: "the evaluation of x failed: unable to download 'https://example.org/x.tar.gz': HTTP error 404"
        ),
        Faulty(
            script:
                "echo \"fatal: could not read Username for 'https://x'\" >&2; echo \"error: program 'git' failed with exit code 128\" >&2; exit 1",
            kind: .substituterFailed, message: "program 'git' failed with exit code 128; fatal: could not read Username for 'https://x'"),
        // Of what ssh says only the last line before Git's own is the reason.
        Faulty(
            script: """
                printf '@@@@\\nme@x: Permission denied (publickey).\\nfatal: Could not read from remote repository.\\n\\nPlease\\n' >&2
                echo "error: program 'git' failed with exit code 128" >&2; exit 1
                """, kind: .substituterFailed, message: "failed with exit code 128; me@x: Permission denied (publickey)."),
    ])
    func survivesFaults(faulty: Faulty) async throws {
        let bench = try Bench(prepareImage: faulty.script) { settings in
            settings.outputLimit = 1_000_000
            settings.logLimit = 100_000
        }
        let failure = await #expect(throws: NixFailure.self) { try await bench.evaluate("x") }
        #expect(failure?.kind == faulty.kind)
        #expect(failure?.message.contains(faulty.message) == true, "\(String(describing: failure))")
    }

    /// A way in which a program can be missing.
    enum Absent: CaseIterable {
        case prepareImage, nix, guardByPath, guardByName

        var message: String {
            switch self {
            case .prepareImage: "cannot run no-such-program: No such file"
            case .nix: "nix-instantiate: not found"
            case .guardByPath: "/nonexistent/nixery-guard cannot be started"
            case .guardByName: "no-such-program cannot be started"
            }
        }

        func apply(to settings: inout NixSettings) {
            switch self {
            case .prepareImage: settings.prepareImageCommand = "no-such-program"
            case .nix: settings.extraEnvironment["PATH"] = Programs.pathWithoutNix
            case .guardByPath: settings.guardCommand = "/nonexistent/nixery-guard"
            case .guardByName: settings.guardCommand = "no-such-program"
            }
        }
    }

    @Test(arguments: Absent.allCases)
    func saysWhichProgramIsMissing(absent: Absent) async throws {
        let bench = try Bench { absent.apply(to: &$0) }
        let failure = await #expect(throws: NixFailure.self) { try await bench.evaluate("x") }
        #expect(failure?.kind == .nixMissing)
        #expect(failure?.message.contains(absent.message) == true, "\(String(describing: failure))")
    }

    @Test(arguments: ["exec 7>TETHER; setsid sh -c 'trap : TERM; echo g >&7; while :; do sleep 1000; done' & echo s >&7; wait"])
    func leavesNothingWhenCancelled(script: String) async throws {
        let path = "\(Programs.scratch)/evaluation-tether"
        let tether = try Tether(path)
        let bench = try Bench(prepareImage: script.replacing("TETHER", with: path))
        let task = Task { try await bench.evaluate("x") }
        #expect(await tether.news(count: 4).count == 4)
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(await tether.isLetGo(patience: 0))
    }

    @Test func passesOnNoSecrets() async throws {
        let environment = NixEnvironment.inherited { name in "value of \(name)" }
        let bench = try Bench(prepareImage: "env >&2; exit 1") { settings in
            settings.environment = environment
            settings.environment["PATH"] = "/usr/bin:/bin"
            settings.logTailLines = 100
        }
        #expect(environment["DATABASE_URL"] == nil && environment["NIX_PATH"] == nil && environment["AWS_SECRET_ACCESS_KEY"] == nil)
        #expect(environment["GIT_SSH_COMMAND"] == "value of GIT_SSH_COMMAND -o BatchMode=yes" && environment["GIT_TERMINAL_PROMPT"] == "0")
        let lines = Recorder<String>()
        let log = NixLog(settings: bench.tool.settings, line: { lines.append($0) })
        _ = try? await bench.tool.run(bench.tool.settings.prepareImageCommand, [], for: .evaluation([]), log: log)
        // NIX_CONFIG has several lines, with blanks around their equals signs.
        let names = Set(lines.values.compactMap { $0.split(separator: "=").first.map { String($0) } }.filter { !$0.contains(" ") })
        // A shell sets these itself.
        #expect(names.subtracting(["PWD", "OLDPWD", "SHLVL", "_"]) == Set(environment.keys))
    }
}
