import ArgumentParser
import FrontendServer
import Logging
import Operations
import Postgres
import Signals

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve images over HTTP until stopped.",
        discussion: """
            Needs DATABASE_URL (or PGHOST, PGDATABASE, ...), a store (NIXERY_STORAGE_BACKEND, STORAGE_PATH, ...), and one of NIXERY_CHANNEL, NIXERY_PKGS_REPO, NIXERY_PKGS_PATH. \
            Listens on PORT (8080). Health: /healthz, /readyz. Jobs: /jobs/<number>.
            """
    )

    func run() async throws {
        let environment = try Settings.withSecretFiles(ProcessEnvironment.value)
        let settings = try FrontendSettings(environment)
        BrokenPipes.failWrites()
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: .info) }
        let database = try PostgresConfiguration(environment: environment.string)
        let pending = try await Migrator.load(directory: settings.migrations).pending(database)
        guard pending.isEmpty else {
            throw SettingsError("the database's schema is older than this program: run 'nixery-frontend migrate' first")
        }
        try await Frontend(settings: settings, database: database, logger: Logger(label: "frontend")).run()
    }
}
