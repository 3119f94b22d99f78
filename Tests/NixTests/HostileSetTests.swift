import Testing

@testable import Nix

/// What a package set may not do, whoever wrote it: read, fetch, run, go on, print or grow without end. See docs/security.md.
@Suite(.timeLimit(.minutes(5))) struct HostileSetTests {
    @Test(arguments: [
        ("builtins.readFile /etc/passwd", "access to absolute path '/etc/passwd' is forbidden in restricted mode"),
        ("import /etc/passwd", "access to absolute path '/etc/passwd' is forbidden in restricted mode"),
        ("builtins.readDir /tmp", "access to absolute path '/tmp' is forbidden in restricted mode"),
        ("import ../other.nix", "is forbidden in restricted mode"),
        ("builtins.path { path = /etc/passwd; }", "access to absolute path '/etc/passwd' is forbidden in restricted mode"),
        (#"builder "copy" "cat ${/etc/passwd}""#, "access to absolute path '/etc/passwd' is forbidden in restricted mode"),
        (#"builtins.storePath "/nix/store/00000000000000000000000000000000-x""#, "is forbidden in restricted mode"),
        (#"builtins.fetchurl "http://127.0.0.1:9/x""#, "access to URI 'http://127.0.0.1:9/x' is forbidden in restricted mode"),
        (#"builtins.fetchTarball "file:///etc/passwd""#, "is forbidden in restricted mode"),
        (#"builtins.fetchGit "git://127.0.0.1:9/x""#, "access to URI 'git://127.0.0.1:9/x' is forbidden in restricted mode"),
        ("import <nixpkgs>", "file 'nixpkgs' was not found in the Nix search path"),
        (#"builtins.exec [ "/bin/sh" ]"#, "attribute 'exec' missing"),
        (#"if builtins.pathExists /etc/passwd then "there" else throw "it cannot be seen""#, "it cannot be seen"),
        (#"if builtins.getEnv "PATH" == "" then throw "there are no variables" else "there""#, "there are no variables"),
    ])
    func readsNothingElse(package: String, message: String) async throws {
        // The host's configuration allows all of it.
        let bench = try Bench(.singleUser, ["x": package]) { settings in
            settings.extraEnvironment["NIX_CONFIG", default: ""] +=
                "\nrestrict-eval = false\nallowed-uris = http://127.0.0.1:9/ git:// file://\nallow-unsafe-native-code-during-evaluation = true"
        }
        let failure = await #expect(throws: NixFailure.self) { try await bench.evaluate("x", isRestricted: true) }
        #expect(failure?.kind == .evaluationFailed)
        #expect(failure?.message.contains(message) == true, "\(String(describing: failure))")
    }

    /// A way out of bounds, the limit's variable where there is one, and Nix's words where there are.
    struct Boundless: Sendable, CustomTestStringConvertible {
        let package: String
        let kind: NixFailure.Kind
        let message: String
        var testDescription: String { package }
    }

    /// A string of 2^24 characters.
    private static let large = #"builtins.foldl' (text: _: text + text) "x" (builtins.genList (i: i) 24)"#

    @Test(arguments: [
        Boundless(package: "let x = x; in x", kind: .evaluationFailed, message: "infinite recursion encountered"),
        Boundless(package: "let f = n: 1 + f (n + 1); in f 0", kind: .evaluationFailed, message: "of x "),
        Boundless(
            package:
                "builtins.foldl' (a: i: builtins.trace \"\(String(repeating: "x", count: 100))\" i) 0 (builtins.genList (i: i) 10000000)",
            kind: .logLimit, message: "printed more than 100000 bytes (the limit is NIXERY_LOG_LIMIT, a setting of the workers)"),
        Boundless(
            package: "throw (\(large))", kind: .logLimit,
            message: "printed more than 100000 bytes (the limit is NIXERY_LOG_LIMIT, a setting of the workers)"),
        Boundless(
            package: #"builder "x" "true" // { name = \#(large); }"#, kind: .evaluationFailed,
            message: "answered with more than 1000000 bytes (the limit is NIXERY_OUTPUT_LIMIT, a setting of the workers)"),
        Boundless(
            package: "builtins.length (builtins.foldl' (a: i: a ++ a) [ 1 ] (builtins.genList (i: i) 60))", kind: .evaluationFailed,
            message: "of x "),
    ])
    func staysWithinItsBounds(boundless: Boundless) async throws {
        let bench = try Bench(.singleUser, ["x": boundless.package]) { settings in
            settings.outputLimit = 1_000_000
            settings.logLimit = 100_000
            settings.evaluationMemory = 1_000
            settings.evaluationTimeout = .seconds(60)
            settings.grace = .seconds(1)
        }
        let failure = await #expect(throws: NixFailure.self) { try await bench.evaluate("x", isRestricted: true) }
        #expect(failure?.kind == boundless.kind, "\(String(describing: failure?.message.prefix(300)))")
        #expect(failure?.message.contains(boundless.message) == true, "\(String(describing: failure?.message.prefix(300)))")
        #expect((failure?.message.utf8.count ?? 0) < 5_000)
    }

    /// The same for a set as a whole, before any package of it is looked up.
    @Test(
        arguments: [
            (#"throw "this set is not for you""#, .evaluationFailed, "the evaluation of x failed: this set is not for you"),
            (#"abort "this set gives up""#, .evaluationFailed, "this set gives up"),
            ("let x = x; in x", .evaluationFailed, "infinite recursion encountered"),
            ("{ x = ", .evaluationFailed, "syntax error"),
            ("[ ]", .evaluationFailed, "its default.nix gives list, not an attribute set"),
            ("{ system }: system", .evaluationFailed, "its default.nix gives string, not an attribute set"),
            ("{ pkgs }: { x = pkgs; }", .evaluationFailed, "without required argument 'pkgs'"),
            (
                "builtins.foldl' (a: i: a + builtins.length (builtins.genList (x: x) i)) 0 (builtins.genList (x: x) 10000000)",
                .evaluationTimedOut,
                "took longer than 3 s and was stopped (the limit is NIXERY_EVALUATION_SECONDS, a setting of the workers)"
            ),
            (
                "builtins.foldl' (a: i: builtins.trace \"\(String(repeating: "x", count: 100))\" { }) { } (builtins.genList (i: i) 10000000)",
                .logLimit, "printed more than 100000 bytes (the limit is NIXERY_LOG_LIMIT, a setting of the workers)"
            ),
            ("builtins.foldl' (a: i: a ++ a) [ 1 ] (builtins.genList (i: i) 60)", .evaluationFailed, "the evaluation of x "),
        ] as [(String, NixFailure.Kind, String)])
    func aWholeSetStaysWithinItsBounds(set: String, kind: NixFailure.Kind, message: String) async throws {
        let bench = try Bench(.singleUser, set: set) { settings in
            settings.logLimit = 100_000
            settings.evaluationMemory = 1_000
            settings.evaluationTimeout = .seconds(kind == .evaluationTimedOut ? 3 : 60)
            settings.grace = .seconds(1)
        }
        let failure = await #expect(throws: NixFailure.self) { try await bench.evaluate("x", isRestricted: true) }
        #expect(failure?.kind == kind, "\(String(describing: failure?.message.prefix(300)))")
        #expect(failure?.message.contains(message) == true, "\(String(describing: failure?.message.prefix(300)))")
        #expect((failure?.message.utf8.count ?? 0) < 5_000)
    }
}
