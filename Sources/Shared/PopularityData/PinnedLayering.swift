package import Registry

/// How images are divided into layers, with nothing left that could change.
package struct PinnedLayering: Sendable {
    /// What recipes say.
    package let layering: Recipe.Layering

    /// The data that ``layering`` names by its digest.
    package let popularity: PinnedPopularity?

    package init(layering: Recipe.Layering, popularity: PinnedPopularity? = nil) {
        self.layering = layering
        self.popularity = popularity
    }
}
