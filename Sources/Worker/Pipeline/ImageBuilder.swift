package import Assembly
package import Composition
import Hashing
import Layers
import Logging
package import Nix
package import ObjectStorage
import Queue
import Records
package import Registry

/// From a recipe to an image whose every blob is stored: evaluate, build, plan, pack, compose.
package struct ImageBuilder: Sendable {
    let nix: NixTool
    let store: any ObjectStore
    let ledger: any LayerLedger
    let layers: LayerStage
    /// Where the GC roots of running builds stand.
    let rootsDirectory: String
    let popularity: PopularityShelf

    package init(nix: NixTool, store: any ObjectStore, ledger: any LayerLedger, rootsDirectory: String) {
        self.nix = nix
        self.store = store
        self.ledger = ledger
        layers = LayerStage(store: store, ledger: ledger)
        self.rootsDirectory = rootsDirectory
        popularity = PopularityShelf(ledger)
    }

    /// Builds and stores an image; publishing it is the caller's business.
    /// - Parameter rootName: unique among running builds; the name of the GC root that keeps the closure until the build has ended.
    /// - Throws: `JobError`, `NixFailure`, `StorageError`, errors of planning and packing; `CancellationError` once all processes are gone.
    package func build(_ recipe: Recipe, rootName: String, observer: some BuildObserver) async throws -> ComposedImage {
        guard let format = PackingFormat(recipe.packing), let strategy = LayeringStrategy(rawValue: recipe.layering.strategy) else {
            throw JobError(
                .badRequest, "this worker cannot make layers as the recipe asks for them (\(recipe.packing), \(recipe.layering))")
        }
        observer.phase(.evaluating, done: 0, total: 0)
        let (packages, lacking) = try await evaluate(recipe)
        for name in lacking { observer.log("note: " + ComposedImage.caveat(without: name)) }

        observer.phase(.building, done: 0, total: 0)
        let root = GarbageCollectorRoot(directory: rootsDirectory, name: rootName)
        defer { root.remove() }
        let built = try await realise(packages, root: root, observer)
        // Beside the packing. What was built is kept by the root until this has ended too.
        async let pushed: Void = push(built, observer)

        observer.phase(.planning, done: 0, total: 0)
        let outputs = try packages.flatMap(\.outputs).map { try StorePath($0.path) }
        let closure = try await closure(of: outputs)
        let plan = try LayerPlan.make(
            closure, popularity: try await popularity.popularity(of: recipe.layering, strategy), strategy: strategy,
            budget: recipe.layering.budget)

        observer.phase(.packing, done: 0, total: plan.groups.count + 1)
        var parts = try await layers.parts(of: plan, format: format, observer: observer)
        parts.append(try await layers.links(to: try await layers.trees(of: outputs), format: format))
        // From now on any combination of these packages is composed without Nix.
        if recipe.isPinned {
            let outputs = Dictionary(packages.map { ($0.attribute, $0.outputs.map(\.path)) } + lacking.map { ($0, []) }) { first, _ in first
            }
            try await ledger.record(outputs: outputs, source: recipe.source.digest(), system: recipe.platform.nixSystem)
        }

        observer.phase(.composing, done: 0, total: 0)
        let composed = try ComposedImage(recipe: recipe, parts: parts, lacking: lacking)
        try await composed.store(in: store, ledger)
        await pushed
        return composed
    }

    private func evaluate(_ recipe: Recipe) async throws -> (packages: [EvaluatedPackage], lacking: [String]) {
        let evaluation = try await nix.evaluate(EvaluationRequest(recipe))
        guard evaluation.missing.isEmpty else { throw JobError(missing: evaluation.missing, in: recipe.source) }
        return (evaluation.packages.sorted { ImageName.precedes($0.attribute, $1.attribute) }, evaluation.lacking)
    }

    private func realise(_ packages: [EvaluatedPackage], root: GarbageCollectorRoot, _ observer: some BuildObserver) async throws
        -> [String]
    {
        let wanted = packages.flatMap { package in package.outputs.map { "\(package.drvPath)!\($0.name)" } }
        return try await nix.realise(Array(Set(wanted)).sorted(by: ImageName.precedes), root: root.path) { progress in
            observer.phase(.building, done: progress.done, total: progress.expected)
        } log: { line in
            observer.log(line)
        }
    }

    /// Shares what was built here with other hosts. They can build it themselves, so that this fails is no failure of the image.
    private func push(_ built: [String], _ observer: some BuildObserver) async {
        do {
            try await nix.push(built)
        } catch {
            guard !Task.isCancelled else { return }
            observer.log("warning: what was built could not be pushed to the binary cache: \(JobError(buildError: error).message)")
        }
    }

    private func closure(of outputs: [StorePath]) async throws -> Closure {
        let found = try await nix.closure(of: outputs.map(\.string))
        let recorded = try await ledger.record(
            found.map { PathRecord(path: $0.path, narHash: $0.narHash, narSize: $0.narSize, references: $0.references) }
        )
        return try Closure(requested: outputs, records: recorded)
    }
}
