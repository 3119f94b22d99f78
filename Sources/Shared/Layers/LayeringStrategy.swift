/// How a closure is divided into layers. The raw values are what recipes and command lines say.
package enum LayeringStrategy: String, Sendable, CaseIterable {
    /// For whoever does not choose: it sends the fewest bytes again (`docs/layers.md`).
    package static let standard = LayeringStrategy.closure

    /// What only one top-level path needs goes with it; big and popular paths stand alone.
    case dominators

    /// A layer is defined by one path's own closure, so that other packages in the image do not change it.
    case closure
}
