import ArgumentParser
import Logging
import Operations
import Postgres

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database's schema up to date.",
        discussion: "Applies the numbered files in order, each in a transaction, under a lock; refuses when an applied file was changed."
    )

    @Option(help: "The directory of the numbered SQL files.")
    var migrations = ProcessEnvironment.value("NIXERY_MIGRATIONS") ?? "Migrations"

    func run() async throws {
        let environment = try Settings.withSecretFiles(ProcessEnvironment.value)
        let database = try PostgresConfiguration(environment: environment.string)
        let applied = try await Migrator.load(directory: migrations).migrate(database)
        print(applied.isEmpty ? "the schema is up to date" : applied.map { "applied \($0.fileName)" }.joined(separator: "\n"))
    }
}
