/// The grouping of a closure into layers, in manifest order, lowest layer first. The symlink layer follows them and is not among them.
package struct LayerPlan: Hashable, Sendable {
    /// Docker takes 125 layers in all and refuses more with "max depth exceeded"; the symlink layer is one of them.
    package static let maximalBudget = 124

    /// Leaves room for the layers of those who build upon the image.
    package static let defaultBudget = 94

    package let groups: [LayerGroup]

    /// A plan that was made elsewhere.
    package init(groups: [LayerGroup]) { self.groups = groups }

    /// Groups a closure. Equal arguments give equal plans: all arithmetic is on integers and ties are broken by store path.
    ///
    /// - Parameters:
    ///   - popularity: used by the strategy `dominators` only.
    ///   - budget: most layers that the plan may have, 1...``maximalBudget``.
    /// - Throws: ``LayerPlanError`` for a budget out of that range; it is not clamped, since the budget is part of a recipe.
    package static func make(
        _ closure: Closure, popularity: Popularity = .none, strategy: LayeringStrategy = .standard, budget: Int = defaultBudget
    ) throws(LayerPlanError) -> LayerPlan {
        try check(budget: budget)
        let graph = ReferenceGraph(closure)
        return switch strategy {
        case .dominators: LayerPlan(groups: DominatorGrouping(graph, popularity: popularity).groups(budget: budget))
        case .closure: LayerPlan(groups: ClosureGrouping(graph).groups(budget: budget))
        }
    }

    /// - Throws: ``LayerPlanError`` for a budget that no plan is made for.
    package static func check(budget: Int) throws(LayerPlanError) {
        guard (1...maximalBudget).contains(budget) else { throw LayerPlanError(budget: budget) }
    }
}
