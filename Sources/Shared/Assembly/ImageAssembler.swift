package import Composition
import Compression
package import Hashing
import Layers
package import ObjectStorage
package import Postgres
import Publication
import Records
package import Registry

/// Makes images of what is known already, without Nix and without a job: any combination of packages that were built before.
///
/// It plans, names layers and composes by the code that a worker uses, so the bytes are those that a worker would make. Whatever is not known
/// (a package never evaluated, a layer that no image had yet) is left to a job.
package struct ImageAssembler: Sendable {
    private let records: Records
    private let store: any ObjectStore
    private let ledger: StoredLedger
    private let threads = SharedThreads()
    private let layers: LayerStage
    private let popularity: PopularityShelf
    private let flights = AssemblyFlights()

    package init(pool: PostgresPool, store: any ObjectStore) {
        records = Records(pool: pool)
        self.store = store
        ledger = StoredLedger(records: records, store: store, pool: pool)
        layers = LayerStage(store: store, ledger: ledger, threads: threads)
        popularity = PopularityShelf(ledger)
    }

    /// Publishes the image of a pinned recipe if all of it is known. Equal requests that come together share the work.
    /// - Returns: whether the image is published now.
    /// - Throws: `PostgresError`, `StorageError`; `CancellationError`.
    package func publish(_ recipe: Recipe, key: Digest, name: String) async throws -> Bool {
        guard recipe.isPinned else { return false }
        return try await flights.run(key) {
            guard let composed = try await compose(recipe) else { return false }
            try await composed.store(in: store, ledger)
            return try await records.publish(composed.image, key: key, name: name)
        }
    }

    /// The image, its layers stored; `nil` if something is not known.
    package func compose(_ recipe: Recipe) async throws -> ComposedImage? {
        guard let format = PackingFormat(recipe.packing), let strategy = LayeringStrategy(rawValue: recipe.layering.strategy),
            let (outputs, lacking) = try await outputs(recipe)
        else { return nil }
        async let known = closure(of: outputs)
        guard let linked = try await linked(outputs) else { return nil }
        // Most of the work; it need not wait for the plan.
        async let links = layers.links(to: linked, format: format)
        guard let closure = try await known else { return nil }
        let popularity = try await popularity.popularity(of: recipe.layering, strategy)
        let plan = try await threads.run {
            try LayerPlan.make(closure, popularity: popularity, strategy: strategy, budget: recipe.layering.budget)
        }
        guard var parts = try await layers.knownParts(of: plan, format: format) else { return nil }
        parts.append(try await links)
        return try ComposedImage(recipe: recipe, parts: parts, lacking: lacking)
    }

    /// What the image's packages install, in their order, and what the set is known to lack of those that every image has.
    private func outputs(_ recipe: Recipe) async throws -> (outputs: [StorePath], lacking: [String])? {
        let attributes = Set(recipe.packages + ImageName.basePackages).sorted(by: ImageName.precedes)
        let known = try await records.outputs(
            source: recipe.source.digest(), system: recipe.platform.nixSystem, attributes: attributes)
        // What a person names and the set lacks is an error, which a job tells.
        guard known.count == attributes.count, recipe.packages.allSatisfy({ known[$0] != [] }) else { return nil }
        let outputs = try attributes.flatMap { try (known[$0] ?? []).map { try StorePath($0) } }
        return (outputs, attributes.filter { known[$0] == [] })
    }

    private func closure(of outputs: [StorePath]) async throws -> Closure? {
        let paths = try await records.closure(of: outputs.map(\.string))
        let known = Set(paths.map(\.path))
        guard outputs.allSatisfy({ known.contains($0.string) }), paths.allSatisfy({ known.isSuperset(of: $0.references) }) else {
            return nil
        }
        return try Closure(requested: outputs, records: paths)
    }

    private func linked(_ outputs: [StorePath]) async throws -> [SymlinkForest.Output]? {
        let trees = try await records.trees(outputs.map(\.string))
        guard trees.count == Set(outputs).count else { return nil }
        return try outputs.map { SymlinkForest.Output(path: $0, tree: try PathTree(encoded: trees[$0.string] ?? [])) }
    }
}
