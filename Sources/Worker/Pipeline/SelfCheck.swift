import Assembly
import Layers
import Packing
package import Registry

/// Whether this machine packs layers to the bytes that every other machine packs them to.
package enum SelfCheck {
    /// What is different here, in words for the log, one text for each packing; normally none.
    package static func differences(of packings: [Recipe.Packing] = Recipe.Packing.known) -> [String] {
        packings.compactMap { packing in
            guard let format = PackingFormat(packing) else { return nil }
            do {
                try PackingSelfCheck.run(format)
                return nil
            } catch {
                return "\(error)"
            }
        }
    }
}
