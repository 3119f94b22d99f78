import Layers
import Testing

@Suite struct DominatorPlanTests {
    /// 0 and 1 are requested; 2 belongs to 0 alone, 4 to 2 alone; 3 is shared.
    private static let graph = Graph(narSizes: [1, 20, 300, 4000, 50000], references: [[2, 3], [3], [4], [], []], requested: [0, 1])

    @Test func dominatedPathsGoTogether() throws {
        #expect(try plan(Self.graph) == [[0, 2, 4], [3], [1]])
    }

    @Test func overBudgetTheLowestRatingsBecomeOneAndComeLast() throws {
        #expect(try plan(Self.graph, budget: 2) == [[0, 2, 4], [1, 3]])
        #expect(try plan(Self.graph, budget: 1) == [[0, 1, 2, 3, 4]])
    }

    /// The threshold counts the whole closure and is exceeded by more than 100 MB, not by 100 MB.
    @Test(arguments: [100_000_000, 100_000_001])
    func largeClosuresStandAlone(closureSize: Int64) throws {
        let graph = Graph(narSizes: [1, closureSize - 300, 300], references: [[1], [2], []], requested: [0])
        #expect(try plan(graph) == (closureSize == 100_000_000 ? [[0, 1, 2]] : [[1, 2], [0]]))
    }

    @Test func popularPathsStandAlone() throws {
        let names = (0..<10).map { #""other-\#($0)": \#($0)"# }
        let popularity = try Popularity(json: Array(#"{"p": 1000, \#(names.joined(separator: ", "))}"#.utf8))
        // Every path here has the popular name.
        #expect(try plan(Self.graph, popularity: popularity) == [[4], [3], [2], [1], [0]])
    }

    /// A path that can be reached by two ways belongs to whatever both ways have in common.
    @Test func diamond() throws {
        let graph = Graph(narSizes: [1, 1, 1, 1, 1], references: [[1, 2], [3], [3], [4], []], requested: [0])
        #expect(try plan(graph) == [[0, 1, 2, 3, 4]])
        #expect(try plan(Graph(narSizes: [1, 1, 1, 1, 1], references: graph.references, requested: [0, 2])) == [[0, 1], [3, 4], [2]])
    }

    @Test func reasonsAreGiven() throws {
        let groups = try LayerPlan.make(Self.graph.closure(), strategy: .dominators, budget: 94).groups
        #expect(groups.map(\.reason) == [.dominated, .solo, .solo])
        #expect(try LayerPlan.make(Self.graph.closure(), strategy: .dominators, budget: 2).groups.map(\.reason) == [.dominated, .merged])
    }

    /// The tree that pictures show: with the root's own edges for `dominators` only.
    @Test func treeHangsPathsBelowWhatAllWaysPass() throws {
        let path = { try Graph.path($0) }
        let tree = try ClosureTree(Self.graph.closure(), strategy: .closure)
        #expect(tree.parents == [try path(2): try path(0), try path(4): try path(2)])
        let large = try Graph(narSizes: [1, 200_000_000], references: [[1], []], requested: [0]).closure()
        #expect(ClosureTree(large, strategy: .closure).parents == [try path(1): try path(0)])
        #expect(ClosureTree(large, strategy: .dominators).parents.isEmpty)
        let cycle = try Graph(narSizes: [1, 1, 1], references: [[1], [2], [1]], requested: [0]).closure()
        #expect(ClosureTree(cycle, strategy: .closure).parents == [try path(1): try path(0), try path(2): try path(1)])
    }

    private func plan(_ graph: Graph, popularity: Popularity = .none, budget: Int = 94) throws -> [[Int]] {
        let plan = try LayerPlan.make(graph.closure(), popularity: popularity, strategy: .dominators, budget: budget)
        return plan.groups.map { $0.contents.compactMap { Int($0.baseName.prefix(32)) } }
    }
}
