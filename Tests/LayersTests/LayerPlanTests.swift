import Layers
import Testing

/// What holds for every strategy.
@Suite struct LayerPlanTests {
    private static let budgets = [1, 2, 3, 7, 20, LayerPlan.defaultBudget, LayerPlan.maximalBudget]

    @Test(arguments: LayeringStrategy.allCases, [false, true])
    func holdsEveryPathWithinBudget(strategy: LayeringStrategy, cycles: Bool) throws {
        for seed in 1...40 as ClosedRange<UInt64> {
            let graph = Graph.random(seed: seed, cycles: cycles)
            let closure = try graph.closure()
            for budget in Self.budgets {
                let groups = try LayerPlan.make(closure, strategy: strategy, budget: budget).groups
                #expect(groups.count <= budget)
                #expect(Set(groups.flatMap(\.contents)) == Set(closure.paths.map(\.path)))
                #expect(Set(groups.map(\.contents)).count == groups.count)
                for group in groups {
                    #expect(group.contents == Set(group.contents).sorted())
                    #expect(group.narSize == closure.paths.filter { group.contents.contains($0.path) }.reduce(0) { $0 + $1.narSize })
                }
                if strategy == .dominators { #expect(groups.reduce(0) { $0 + $1.contents.count } == closure.paths.count) }
            }
        }
    }

    @Test(arguments: LayeringStrategy.allCases, [false, true])
    func orderOfInputDoesNotMatter(strategy: LayeringStrategy, cycles: Bool) throws {
        for seed in 1...40 as ClosedRange<UInt64> {
            let graph = Graph.random(seed: seed, cycles: cycles)
            for budget in [2, 20] {
                #expect(
                    try LayerPlan.make(graph.closure(), strategy: strategy, budget: budget)
                        == LayerPlan.make(graph.closure(reversed: true), strategy: strategy, budget: budget))
            }
        }
    }

    /// Equal sizes are where an unstable order would show.
    @Test(arguments: LayeringStrategy.allCases)
    func tiesAreBrokenByPath(strategy: LayeringStrategy) throws {
        let graph = Graph(
            narSizes: Array(repeating: 1 << 20, count: 12), references: Array(repeating: [], count: 12), requested: Array(0..<12))
        let plans = try (0..<20).map { try LayerPlan.make(graph.closure(reversed: !$0.isMultiple(of: 2)), strategy: strategy, budget: 5) }
        #expect(Set(plans).count == 1)
        #expect(plans[0].groups.first?.anchor == (try Graph.path(0)))
    }

    @Test(arguments: LayeringStrategy.allCases)
    func cyclesAreNotParted(strategy: LayeringStrategy) throws {
        let large: Int64 = 200_000_000
        let closure = try Graph(narSizes: [large, large, large, 5], references: [[1], [2], [0, 3], [3]], requested: [1, 3]).closure()
        let groups = try LayerPlan.make(closure, strategy: strategy).groups
        #expect(groups.filter { $0.contents.contains { $0 != (try? Graph.path(3)) } }.count == 1)
    }

    @Test(arguments: LayeringStrategy.allCases, [Int.min, -1, 0, 125, 200])
    func refusesImpossibleBudget(strategy: LayeringStrategy, budget: Int) throws {
        let closure = try Graph(narSizes: [1], references: [[]], requested: [0]).closure()
        let error = #expect(throws: LayerPlanError.self) { try LayerPlan.make(closure, strategy: strategy, budget: budget) }
        #expect(error?.description.contains("1 to 124") == true)
    }

    /// A chain longer than a stack is deep.
    @Test(arguments: LayeringStrategy.allCases)
    func longChain(strategy: LayeringStrategy) throws {
        let count = 3000
        let references = (0..<count).map { $0 + 1 < count ? [$0 + 1] : [] }
        let closure = try Graph(narSizes: Array(repeating: 1000, count: count), references: references, requested: [0]).closure()
        #expect(Set(try LayerPlan.make(closure, strategy: strategy).groups.flatMap(\.contents)).count == count)
    }
}
