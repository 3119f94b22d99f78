import ArgumentParser
import Glibc
import HTTP
import Layers
import Operations
import PopularityData

@main struct GroupLayers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group-layers",
        abstract: "Divide the closure of an image into layers, as the farm does.",
        discussion: """
            Reads the reference graph that Nix exports to a builder (exportReferencesGraph with __structuredAttrs):

              {"exportReferencesGraph": {"graph": [requested paths]},
               "graph": [{"path", "narSize", "closureSize", "references"}]}

            A missing narSize is computed from closure sizes. Output, lowest layer first; the layer of links is not among them:

              json    [{"contents": [paths], "narSize": bytes, "anchor": path}]
              table   for reading: each layer's size, paths, and why it is there
              dot     for Graphviz: the dominator tree, each path in its layer's colour

            Examples:
              group-layers --graph .attrs.json
              group-layers --graph .attrs.json --format table
              group-layers --graph - --format dot < .attrs.json | dot -Tsvg -o layers.svg
              group-layers --graph .attrs.json --strategy dominators --popularity https://example.org/popularity.json

            Exit status: 0; 1 when the graph or the popularity data cannot be used; 64 for wrong arguments.
            """
    )

    @Option(help: ArgumentHelp("The graph; - is standard input.", valueName: "file|-"))
    var graph: String

    @Option(
        help: ArgumentHelp(
            "How often names are referred to, as popcount prints it; the strategy closure has no use for it.", valueName: "file|url"))
    var popularity: String?

    @Option(help: "Most layers, 1 to \(LayerPlan.maximalBudget).")
    var budget = LayerPlan.defaultBudget

    @Option(help: "How to divide.")
    var strategy = LayeringStrategy.standard

    @Option(help: "What to print.")
    var format = OutputFormat.json

    func validate() throws {
        do {
            try LayerPlan.check(budget: budget)
        } catch {
            throw ValidationError(error.description)
        }
    }

    func run() async throws {
        // Whoever reads the output may stop doing so: `group-layers ... | head`.
        signal(SIGPIPE, SIG_DFL)
        let closure = try GraphDocument(json: try BoundedFile.read(graph, limit: 1 << 30)).closure()
        let known =
            try await popularity.map { try PopularitySource($0) }?.load(HTTPSettings(environment: Self.variable)).popularity ?? .none
        let plan = try LayerPlan.make(closure, popularity: known, strategy: strategy, budget: budget)
        switch format {
        case .json: print(LayerDocument(plan).text)
        case .table: print(LayerTable(plan, closure, strategy: strategy, budget: budget).text, terminator: "")
        case .dot:
            let tree = ClosureTree(closure, popularity: known, strategy: strategy)
            print(LayerPicture(plan, closure, tree, strategy: strategy).text, terminator: "")
        }
    }

    private static func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }
}
