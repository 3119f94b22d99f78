import ArgumentParser
import Layers
import Logging
import Operations
import Postgres

struct Database: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Count over all store paths that the farm has recorded.",
        discussion: "Needs DATABASE_URL, or PGHOST, PGDATABASE, ..."
    )

    @OptionGroup var output: Output

    func run() async throws {
        let logger = Logger(label: "popcount") { _ in SwiftLogNoOpLogHandler() }
        let environment = try Settings.withSecretFiles(ProcessEnvironment.value)
        let database = try PostgresConfiguration(environment: environment.string).withApplicationName("popcount")
        let pool = try PostgresPool(database, size: 1, logger: logger)
        let rows = try await pool.rows(Self.allPaths, timeout: .seconds(600)) { row in
            (path: try StorePath(try row.text("path")), references: try row.textArray("path_refs").map { try StorePath($0) })
        }
        var referrers = Referrers()
        for row in rows { referrers.add(row.path, references: row.references) }
        try output.write(referrers)
    }

    private static let allPaths: SQLStatement = "SELECT path, path_refs FROM farm.store_paths"
}
