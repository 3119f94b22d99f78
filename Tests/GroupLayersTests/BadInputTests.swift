import TestSupport
import Testing

/// What cannot be grouped is refused with its reason, and nothing is printed.
@Suite struct BadInputTests {
    private static func path(_ name: String) -> String { "/nix/store/" + String(repeating: "a", count: 32) + "-" + name }

    private static func graph(_ requested: [String], _ nodes: String...) -> String {
        let requested = requested.map { "\"\(path($0))\"" }.joined(separator: ", ")
        return #"{"exportReferencesGraph": {"graph": [\#(requested)]}, "graph": [\#(nodes.joined(separator: ", "))]}"#
    }

    private static func node(_ name: String, _ references: [String], _ sizes: String = #""narSize": 1"#) -> String {
        let references = references.map { "\"\(path($0))\"" }.joined(separator: ", ")
        return #"{"path": "\#(path(name))", \#(sizes), "references": [\#(references)]}"#
    }

    private static let unknownSize = #""closureSize": 2"#

    @Test(
        arguments: [
            ("", "this is not JSON"), ("{", "this is not JSON"), ("[]", "another type is wanted"),
            ("{}", #""exportReferencesGraph" is missing"#),
            (#"{"exportReferencesGraph": {"graph": []}}"#, #""graph" is missing"#),
            (#"{"exportReferencesGraph": {"graph": 3}, "graph": []}"#, "at exportReferencesGraph.graph"),
            (#"{"exportReferencesGraph": {"graph": []}, "graph": []}"#, "at least one requested path"),
            (#"{"exportReferencesGraph": {"graph": []}, "graph": [{"narSize": 1, "references": []}]}"#, #"at graph[0]: "path" is missing"#),
            (graph(["a"], node("a", [], #""narSize": "1""#)), "at graph[0].narSize: a value of another type"),
            (graph(["a"], node("a", [], #""narSize": 1.5"#)), "at graph[0].narSize"),
            (graph(["a"], node("a", [], #""narSize": 99999999999999999999"#)), "at graph[0].narSize"),
            (graph(["a"], node("a", [], #""narSize": -1"#)), "is negative"),
            (graph(["a"], node("a", ["b"])), "\(path("b")), which is not among"),
            (graph(["a", "b"], node("a", [])), "\(path("b")) is not among"),
            (graph(["a"], node("a", []), node("b", [])), "leads to \(path("b"))"),
            (graph(["a"], node("a", []), node("a", [])), "twice"),
            (graph(["a"], node("a", [], #""closureSize": null"#)), #"\#(path("a")) has neither "narSize" nor "closureSize""#),
            (graph(["a"], node("a", ["b"], unknownSize), node("b", [], #""narSize": 3"#)), #""closureSize" 2, but"#),
            (graph(["a"], node("a", ["b"], unknownSize), node("b", ["a"], unknownSize)), "do not tell theirs apart"),
            (#"{"exportReferencesGraph": {"graph": ["/tmp/x"]}, "graph": []}"#, "not a store path"),
        ])
    func isNamed(graph: String, reason: String) async throws {
        let result = try await BuiltProgram("group-layers").run(["--graph", "-"], input: graph)
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains(reason), "\(result.errors)")
    }

    /// Cycles and references to oneself are no errors: the paths of a cycle stay together.
    @Test(arguments: ["closure", "dominators"])
    func cyclesStayTogether(strategy: String) async throws {
        let graph = Self.graph(
            ["a"], Self.node("a", ["a", "b"], #""narSize": 300000000"#), Self.node("b", ["c"], #""narSize": 300000000"#),
            Self.node("c", ["b", "c"], #""narSize": 300000000"#))
        let result = try await BuiltProgram("group-layers").run(["--graph", "-", "--strategy", strategy], input: graph)
        #expect(result.status == 0)
        #expect(result.output.contains(#"["\#(Self.path("b"))","\#(Self.path("c"))"]"#))
        #expect(result.output.contains(#"["\#(Self.path("a"))"]"#))
    }

    /// One unknown size in a cycle can be told.
    @Test func oneSizeOfACycleIsComputed() async throws {
        let graph = Self.graph(["a"], Self.node("a", ["b"], #""closureSize": 10"#), Self.node("b", ["a"], #""narSize": 3"#))
        let result = try await BuiltProgram("group-layers").run(["--graph", "-"], input: graph)
        #expect(result.output.contains(#""narSize":10"#), "\(result.errors)")
    }

    @Test(arguments: [
        (["--budget", "0"], "1 to 124"), (["--budget", "125"], "1 to 124"), (["--budget", "200"], "1 to 124"),
        (["--budget", "x"], "--budget"),
        (["--strategy", "best"], "closure"), (["--format", "xml"], "table"), (["--surplus"], "--surplus"),
    ])
    func wrongArgumentsAreExplained(arguments: [String], reason: String) async throws {
        let result = try await BuiltProgram("group-layers").run(["--graph", "-"] + arguments)
        #expect(result.status == 64)
        #expect(result.errors.contains(reason), "\(result.errors)")
    }

    @Test func missingFilesAreNamed() async throws {
        let program = try BuiltProgram("group-layers")
        let graph = try await program.run(["--graph", "/nowhere/graph.json"])
        #expect(graph.status == 1 && graph.errors.contains("/nowhere/graph.json cannot be read: No such file"))
        let popularity = try await program.run(
            ["--graph", "-", "--popularity", "/nowhere/p.json"], input: Self.graph(["a"], Self.node("a", [])))
        #expect(popularity.status == 1 && popularity.errors.contains("no popularity data from /nowhere/p.json"))
    }
}
