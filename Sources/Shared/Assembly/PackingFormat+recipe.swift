package import Layers
package import Registry

extension PackingFormat {
    /// The format that a recipe asks for; `nil` for one that this program does not know.
    package init?(_ packing: Recipe.Packing) {
        let known = Self.known.first { $0.version == packing.version && $0.codec.rawValue == packing.codec && $0.level == packing.level }
        guard let known else { return nil }
        self = known
    }
}
