import ArgumentParser
import Logging
import ObjectStorage
import Operations
import Postgres
import Publication

struct Collect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Remove images that nobody has asked for in a long time, and the layers that only they needed.",
        discussion: """
            Safe while pulls and builds go on; stopped anywhere, it goes on the next time. A removed image is built again when it is pulled. \
            Needs the database's and the store's settings, as serve does.
            """
    )

    @Option(help: "Images not asked for in this time go: 90d, 12h, 30m or 45s.", transform: Age.init(parsing:))
    var olderThan: Age

    @Option(help: "Layers that a build took in this time stay; longer than any job lasts (2h).", transform: Age.init(parsing:))
    var grace = Age(duration: .seconds(7200))

    @Flag(help: "Only say what would be removed.")
    var dryRun = false

    func run() async throws {
        let settings = try Settings.withSecretFiles(ProcessEnvironment.value)
        let store = try StorageSettings(settings).open(
            environment: { ProcessEnvironment.value($0) }, logger: Logger(label: "gc") { _ in SwiftLogNoOpLogHandler() })
        let (age, grace, dryRun) = (olderThan.duration, grace.duration, dryRun)
        try await Operator.run { farm in
            try await StoreIdentity.check(store, farm.pool)
            let line = ProgressLine()
            let collector = BlobCollector(pool: farm.pool, store: store) { summary in
                line.show("\(summary.manifests) images, \(summary.layers) layers, \(summary.objects) objects removed")
            }
            if dryRun {
                let summary = try await collector.survey(olderThan: age, grace: grace)
                print("would remove \(Self.text(summary)) from \(store.place); \(summary.objects) objects are left over from before")
            } else {
                let summary = try await collector.collect(olderThan: age, grace: grace)
                line.clear()
                print("removed \(Self.text(summary)), \(summary.objects) objects in all, from \(store.place)")
            }
        }
    }

    private static func text(_ summary: BlobCollector.Summary) -> String {
        "\(summary.manifests) images and \(summary.layers) layers of \(ByteCount.text(summary.layerBytes))"
    }
}
