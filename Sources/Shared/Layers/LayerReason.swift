/// Why a layer is there. The raw values are what people read in tables.
package enum LayerReason: String, Sendable, CaseIterable {
    /// A path that stands alone.
    case solo

    /// `closure`: a path with small dependencies that it carries.
    case carrying = "carries"

    /// `closure`: a small requested path, apart from what it needs.
    case rootSplit = "root split"

    /// `closure`: the small paths that a requested path needs and no other layer carries.
    case leftover

    /// `closure`, over budget: small layers that one requested path needs, as one.
    case bundled

    /// `dominators`: a path with all that only it leads to.
    case dominated = "dominates"

    /// Over budget: what had the least weight, as one.
    case merged
}
