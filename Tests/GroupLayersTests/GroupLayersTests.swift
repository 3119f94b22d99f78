import Foundation
import TestSupport
import Testing

@Suite struct GroupLayersTests {
    struct Layer: Decodable, Hashable {
        let contents: [String]
        let narSize: Int64
        let anchor: String
    }

    private static func path(_ name: String) -> String { "/nix/store/" + String(repeating: "a", count: 32) + "-" + name }

    /// `tool` needs `glibc`, both large; `small` is requested and small.
    private static let graph = """
        {"exportReferencesGraph": {"graph": ["\(path("tool"))", "\(path("small"))"]}, "other": 1,
         "graph": [
           {"path": "\(path("tool"))", "narSize": 5000000, "closureSize": 15000000, "references": ["\(path("glibc"))"], "valid": true},
           {"path": "\(path("small"))", "narSize": 10, "closureSize": 10000010, "references": ["\(path("glibc"))", "\(path("small"))"]},
           {"path": "\(path("glibc"))", "narSize": 10000000, "closureSize": 10000000, "references": []}]}
        """

    private func run(_ arguments: String..., input: String = Self.graph) async throws -> BuiltProgram.Result {
        try await BuiltProgram("group-layers").run(["--graph", "-"] + arguments, input: input)
    }

    private func layers(_ result: BuiltProgram.Result) throws -> [Layer] {
        #expect(result.status == 0, "\(result.errors)")
        return try JSONDecoder().decode([Layer].self, from: Data(result.output.utf8))
    }

    @Test func jsonIsInManifestOrder() async throws {
        let layers = try layers(await run())
        #expect(layers.map(\.contents) == [[Self.path("glibc")], [Self.path("tool")], [Self.path("small")]])
        #expect(layers.map(\.narSize) == [10_000_000, 5_000_000, 10])
        #expect(layers.map(\.anchor) == layers.map { $0.contents[0] })
    }

    @Test func aFileGivesTheSame() async throws {
        let file = "/tmp/group-layers-\(getpid())-\(UInt32.random(in: .min ... .max)).json"
        try Self.graph.write(toFile: file, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let result = try await BuiltProgram("group-layers").run(["--graph", file])
        #expect(try layers(result) == layers(await run()))
    }

    @Test func budgetAndStrategyCount() async throws {
        #expect(try layers(await run("--budget", "1")).map(\.contents.count) == [3])
        let layers = try layers(await run("--strategy", "dominators"))
        #expect(layers.map(\.anchor) == [Self.path("glibc"), Self.path("tool"), Self.path("small")])
    }

    /// Closure sizes tell what a path has beyond all that it refers to.
    @Test(arguments: ["", #""narSize": null, "#])
    func missingSizesAreComputed(replacement: String) async throws {
        var graph = Self.graph
        for size in ["5000000", "10", "10000000"] { graph = graph.replacingOccurrences(of: "\"narSize\": \(size), ", with: replacement) }
        #expect(graph != Self.graph)
        #expect(try layers(await run(input: graph)) == layers(await run()))
    }

    @Test func severalGraphsAreOneImage() async throws {
        let node = #"{"path": "\#(Self.path("x"))", "narSize": 1, "references": []}"#
        let graph =
            #"{"exportReferencesGraph": {"a": "\#(Self.path("x"))", "b": [["\#(Self.path("x"))"]]}, "a": [\#(node)], "b": [\#(node)]}"#
        #expect(try layers(await run(input: graph)).map(\.contents) == [[Self.path("x")]])
    }

    @Test func theTableSaysWhy() async throws {
        let table = try await run("--format", "table").output
        let rows = table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows[0] == ["layer", "size", "paths", "why", "contents"])
        #expect(rows[1] == ["1", "10.0", "MB", "1", "solo", "glibc"])
        #expect(rows[3] == ["3", "10", "B", "1", "leftover", "small"])
        #expect(table.hasPrefix("layer     size  paths  why       contents\n    1  10.0 MB      1  solo      glibc\n"))
        #expect(table.hasSuffix("strategy closure: 3 layers of at most 94, 3 paths, 15.0 MB\n"))
    }

    /// Graphviz itself need not be there: what it would be told is looked at.
    @Test func thePictureHasAllPathsAndLayers() async throws {
        let dot = try await run("--format", "dot").output
        #expect(dot.hasPrefix("digraph layers {") && dot.hasSuffix("}\n"))
        for name in ["glibc", "tool", "small"] { #expect(dot.contains(#"tooltip="\#(Self.path(name))""#)) }
        #expect(dot.components(separatedBy: "image -> p").count == 4)
        #expect(dot.components(separatedBy: "penwidth=2.5").count == 3)
        #expect(dot.contains("<td align=\"right\">5.0 MB</td>"))
    }

    @Test func popularPathsStandAlone() async throws {
        let file = "/tmp/group-layers-\(getpid())-\(UInt32.random(in: .min ... .max)).json"
        let names = (0..<10).map { #""other-\#($0)": \#($0)"# }.joined(separator: ", ")
        try #"{"p": 1000, \#(names)}"#.write(toFile: file, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let graph = """
            {"exportReferencesGraph": {"graph": ["\(Self.path("r"))"]}, "graph": [
             {"path": "\(Self.path("r"))", "narSize": 1, "references": ["\(Self.path("p"))"]},
             {"path": "\(Self.path("p"))", "narSize": 1, "references": []}]}
            """
        #expect(try layers(await run("--strategy", "dominators", input: graph)).count == 1)
        #expect(try layers(await run("--strategy", "dominators", "--popularity", file, input: graph)).count == 2)
    }
}
