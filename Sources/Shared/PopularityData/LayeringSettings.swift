private import HTTP
package import Layers
package import Operations
private import Registry

/// How a deployment divides images into layers, as its environment says.
package struct LayeringSettings: Sendable {
    package let strategy: LayeringStrategy
    package let budget: Int
    /// Only where the strategy has a use for it.
    package let popularity: PopularitySource?
    private let http: HTTPSettings

    /// - Throws: ``SettingsError`` that names the variable and what it takes.
    package init(_ settings: Settings) throws(SettingsError) {
        if let name = settings.string("NIXERY_LAYER_STRATEGY") {
            guard let strategy = LayeringStrategy(rawValue: name) else {
                let choices = LayeringStrategy.allCases.map { "'\($0.rawValue)'" }.joined(separator: " or ")
                throw SettingsError("NIXERY_LAYER_STRATEGY is '\(name)'; it takes \(choices)")
            }
            self.strategy = strategy
        } else {
            strategy = .standard
        }
        http = HTTPSettings(environment: settings.string)
        do {
            budget = try settings.integer("NIXERY_LAYER_BUDGET", default: LayerPlan.defaultBudget, in: 1...LayerPlan.maximalBudget)
        } catch {
            throw SettingsError(
                "\(error): Docker refuses images of more than \(LayerPlan.maximalBudget + 1) layers, and the layer of links is one of them")
        }
        do {
            let source = try settings.string("NIX_POPULARITY_URL").map { url throws(PopularitySourceError) in try PopularitySource(url: url)
            }
            popularity = strategy == .dominators ? source : nil
        } catch {
            throw SettingsError("NIX_POPULARITY_URL is '\(error.source)'; \(error.reason)")
        }
    }

    /// Reads the popularity data, if any is used, for the life of the process: a recipe's bytes must not change between two pulls.
    /// - Throws: ``SettingsError`` when it cannot be had; `CancellationError`.
    package func pinned() async throws -> PinnedLayering {
        do {
            let popularity = try await popularity?.load(http)
            return PinnedLayering(
                layering: Recipe.Layering(strategy: strategy.rawValue, budget: budget, popularity: popularity?.digest),
                popularity: popularity)
        } catch let error as PopularitySourceError {
            throw SettingsError("NIX_POPULARITY_URL: \(error)")
        }
    }
}
