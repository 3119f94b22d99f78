import Foundation
import Layers
import Testing

/// The strategy `closure` against an independent implementation.
@Suite struct ClosurePlanTests {
    struct Case: Decodable, Sendable {
        struct Plan: Decodable, Sendable {
            let budget: Int
            let layers: Set<[Int]>
        }

        let narSizes: [Int64]
        let references: [[Int]]
        let requested: [Int]
        let plans: [Plan]
    }

    static var cases: [Case] {
        get throws {
            let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/closure-plans.json")
            return try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
        }
    }

    @Test func equalsIndependentImplementation() throws {
        var compared = 0
        for (number, each) in try Self.cases.enumerated() {
            let closure = try Graph(narSizes: each.narSizes, references: each.references, requested: each.requested).closure()
            for plan in each.plans {
                let made = try LayerPlan.make(closure, strategy: .closure, budget: plan.budget)
                let expected = try Set(plan.layers.map { try $0.map { try Graph.path($0) } })
                #expect(Set(made.groups.map(\.contents)) == expected, "case \(number), budget \(plan.budget)")
                #expect(made.groups.count == expected.count)
                compared += 1
            }
        }
        #expect(compared == 288)
    }

    /// A layer of its own for a small requested path, so that its update leaves the layer of what it needs alone.
    @Test func requestedPathIsSplitFromItsRest() throws {
        let closure = try Graph(narSizes: [10, 20, 30], references: [[1, 2], [], []], requested: [0]).closure()
        let plan = try LayerPlan.make(closure, strategy: .closure, budget: 2)
        #expect(Set(plan.groups.map(\.contents)) == [[try Graph.path(0)], [try Graph.path(1), try Graph.path(2)]])
        #expect(try LayerPlan.make(closure, strategy: .closure, budget: 1).groups.map(\.contents.count) == [3])
    }

    /// A layer carries at most its own size.
    @Test(arguments: [(Int64(147_456), 1), (147_457, 2)])
    func smallDependenciesAreCarried(size: Int64, layers: Int) throws {
        let graph = Graph(narSizes: [4 * 147_456, size, size, size, size], references: [[1, 2, 3, 4], [], [], [], []], requested: [0])
        #expect(try LayerPlan.make(graph.closure(), strategy: .closure).groups.count == layers)
    }

    /// One limit is 64 KiB x 1.5^3 = 221,184 bytes: layers below it are bundled, layers of just this size are not.
    @Test func limitIsExclusive() throws {
        let graph = Graph(narSizes: [10 << 20, 221_184, 200_000, 200_000], references: [[1, 2, 3], [], [], []], requested: [0])
        let plan = try LayerPlan.make(graph.closure(), strategy: .closure, budget: 3)
        #expect(try Set(plan.groups.map(\.contents)) == [[Graph.path(0)], [Graph.path(1)], [Graph.path(2), Graph.path(3)]])
        #expect(plan.groups.first { $0.contents.count == 2 }?.reason == .bundled)
    }

    /// The package with the largest closure begins, with all that it needs, so that its layers are the same chain whatever else is there.
    @Test func aSmallerPackageComesAfterALargerOne() throws {
        let large: Int64 = 10 << 20
        // 0 needs 2 and 4; 1 needs 3 and 4.
        let both = Graph(
            narSizes: [large, large, 3 * large, large, large], references: [[2, 4], [3, 4], [], [], []], requested: [0, 1])
        let plan = try LayerPlan.make(both.closure(), strategy: .closure).groups.map(\.anchor)
        #expect(plan == (try [2, 4, 0, 3, 1].map { try Graph.path($0) }))
    }

    /// What is merged belongs to no package, and comes last.
    @Test func mergedLayersComeLast() throws {
        let sizes: [Int64] = [1 << 40, 1 << 40, 1 << 40]
        let graph = Graph(narSizes: sizes, references: [[], [], []], requested: [0, 1, 2])
        let plan = try LayerPlan.make(graph.closure(), strategy: .closure, budget: 2).groups
        #expect(plan.map(\.reason) == [.solo, .merged])
        #expect(plan.map(\.contents) == (try [[0], [1, 2]].map { try $0.map { try Graph.path($0) } }))
    }

    @Test(arguments: [
        (94, [LayerReason.solo, .carrying, .rootSplit, .leftover]), (3, [.solo, .carrying, .leftover]), (2, [.solo, .merged]),
    ])
    func reasonsAreGiven(budget: Int, reasons: [LayerReason]) throws {
        // 1 carries 2; 3 needs 4 and 5, all small; 0 is large.
        let closure = try Graph(
            narSizes: [10 << 20, 400_000, 100, 100, 100, 100], references: [[], [2], [], [4, 5], [], []], requested: [0, 1, 3]
        ).closure()
        #expect(Set(try LayerPlan.make(closure, strategy: .closure, budget: budget).groups.map(\.reason)) == Set(reasons))
    }

    /// Large paths with few paths below them come first, since other images begin with them too.
    @Test func dependenciesComeFirst() throws {
        let large: Int64 = 10 << 20
        let closure = try Graph(narSizes: [large, large, large], references: [[1], [2], []], requested: [0]).closure()
        let plan = try LayerPlan.make(closure, strategy: .closure)
        #expect(plan.groups.map(\.anchor) == [try Graph.path(2), try Graph.path(1), try Graph.path(0)])
    }

    /// What an image shares with another is the same layers in both: its whole chain from below here.
    @Test func otherPackagesDoNotChangeLayers() throws {
        let large: Int64 = 10 << 20
        // 3 is shared; 1 and 2 are requested alone and together.
        let alone = Graph(narSizes: [large, large], references: [[1], []], requested: [0])
        let both = Graph(narSizes: [large, large, large], references: [[1], [], [1]], requested: [0, 2])
        let layers = try [alone, both].map { try LayerPlan.make($0.closure(), strategy: .closure).groups.map(\.contents) }
        #expect(Set(layers[0]).isSubset(of: Set(layers[1])))
    }
}
