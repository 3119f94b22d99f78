import FrontendServer
import PopularityData
import Queue
import Records
import Registry

/// Images on their way: which jobs are open, and how many have failed.
struct PrebuildRun {
    let farm: Operator
    let settings: FrontendSettings
    let layering: PinnedLayering
    private let resolver: SourceResolver
    private let progress = ProgressLine()
    /// The image of each job that has not ended.
    private var open: [Int: String] = [:]
    private(set) var failed = 0

    init(farm: Operator, settings: FrontendSettings, layering: PinnedLayering) {
        self.layering = layering
        self.farm = farm
        self.settings = settings
        resolver = SourceResolver(settings.source, resolutions: Resolutions(pool: farm.pool, times: settings.resolution))
    }

    /// Queues one image, unless it is there.
    mutating func queue(_ image: PrebuildImage) async throws {
        do {
            try settings.policy.check(image.name)
            let resolved = try await resolver.resolve(tag: image.tag)
            if let caveat = resolved.caveat { print("note       \(image.text)  \(caveat)") }
            let recipe = Recipe(source: resolved.source, name: image.name, layering: layering.layering, packing: settings.packing)
            let key = try recipe.buildKey()
            if recipe.isPinned, let known = try await Records(pool: farm.pool).manifest(cacheKey: key, format: .oci) {
                return print("there      \(image.text)  \(known.digest)")
            }
            let request = BuildRequest(recipe: recipe, key: key, image: image.text, priority: .prebuild, isDetached: true)
            let outcome = try await farm.queue.request(request)
            guard case .waiting(let job) = outcome else { return end(image.text, outcome) }
            print("queued     \(image.text)  job \(job)")
            open[job] = image.text
        } catch let error as RegistryError {
            failed += 1
            print("failed     \(image.text)  \(error.message)")
        }
    }

    /// Looks at the open jobs until all have ended.
    mutating func follow() async throws {
        while let first = open.keys.min() {
            for (job, outcome) in try await farm.queue.outcomes(Array(open.keys)) {
                guard let image = open[job] else { continue }
                if case .waiting = outcome { continue }
                open[job] = nil
                end(image, outcome)
            }
            guard let image = open[first] else { continue }
            progress.show("\(open.count) left; \(image): \(try await farm.queue.standing(first) ?? "ending")")
            try await Task.sleep(for: farm.queue.times.poll)
        }
        progress.clear()
    }

    private mutating func end(_ image: String, _ outcome: BuildOutcome) {
        progress.clear()
        switch outcome {
        case .waiting: break
        case .manifest(let digest, _): print("built      \(image)  \(digest)")
        case .failed(let error, let job, _):
            failed += 1
            print("failed     \(image)  job \(job): \(error.message)")
        case .cancelled(let job, let reason):
            failed += 1
            print("cancelled  \(image)  job \(job): \(reason)")
        }
    }
}
