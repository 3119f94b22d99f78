/// A layer budget that no image can have.
package struct LayerPlanError: Error, Hashable, Sendable, CustomStringConvertible {
    package let budget: Int

    package var description: String {
        "a layer budget of \(budget) is not possible: it must be 1 to \(LayerPlan.maximalBudget), because Docker refuses "
            + "images of more than 125 layers and the symlink layer is one of them"
    }
}
