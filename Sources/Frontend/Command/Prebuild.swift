import ArgumentParser
import FrontendServer
import Logging
import Operations
import PopularityData
import Postgres
import Records

struct Prebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have images built ahead of time, behind every pull, and show how it goes on.",
        discussion: """
            Takes the package source and the layers' settings from the environment, as serve does: what is built is what a pull of the same \
            name would get. Ends with status 1 if an image could not be built. Interrupting it cancels nothing.
            """
    )

    @Argument(help: "Image names, for example shell/git hello:v1.2.", transform: PrebuildImage.init(parsing:))
    var images: [PrebuildImage]

    @Flag(help: "Queue them and return.")
    var detach = false

    func run() async throws {
        let settings = try FrontendSettings(Settings.withSecretFiles(ProcessEnvironment.value))
        let layering = try await settings.layering.pinned()
        let (images, detach) = (images, detach)
        try await Operator.run { farm in
            if let popularity = layering.popularity {
                try await Records(pool: farm.pool).record(popularity: popularity.bytes, digest: popularity.digest)
            }
            var run = PrebuildRun(farm: farm, settings: settings, layering: layering)
            for image in images { try await run.queue(image) }
            if !detach { try await run.follow() }
            if run.failed > 0 { throw ExitCode.failure }
        }
    }
}
