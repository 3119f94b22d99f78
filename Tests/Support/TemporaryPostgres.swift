package import Postgres

/// A PostgreSQL server for tests: a cluster of its own in a temporary directory, reached by a Unix socket alone, gone with the process.
///
/// ```swift
/// let database = try await TemporaryPostgres.shared.database(migrations: "Migrations")
/// let pool = try PostgresPool(database, size: 2, logger: logger)
/// ```
package actor TemporaryPostgres {
    /// The server that all tests of a process use, each suite with a database of its own. It starts when the first database is asked for.
    /// It is not to be stopped: a test that does that makes a `TemporaryPostgres` of its own.
    package static let shared = TemporaryPostgres()

    private nonisolated let executor = ThreadExecutor(label: "temporary-postgres")
    private var cluster: PostgresCluster?
    private var databases = 0
    /// Databases that have been migrated, by their migrations' checksums: copying one is quicker than migrating again.
    private var templates: [String: String] = [:]

    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    package init() {}

    /// Makes a database.
    /// - Parameter migrations: a directory of migrations to apply to it; relative paths begin at the package's directory.
    package func database(migrations: String? = nil) throws -> PostgresConfiguration {
        try database(
            migrator: try migrations.map { try Migrator.load(directory: $0.hasPrefix("/") ? $0 : "\(Self.packageDirectory)/\($0)") })
    }

    /// Makes a database that `migrator` has been applied to.
    package func database(migrator: Migrator?) throws -> PostgresConfiguration {
        let server = try started().configuration
        let administration = try PostgresConnection(server)
        var template = "template0"
        if let migrator { template = try self.template(for: migrator, server, administration) }
        databases += 1
        let name = "test_\(databases)"
        try administration.script("CREATE DATABASE \(name) TEMPLATE \(template)")
        return server.withDatabase(name)
    }

    /// Of the server's socket.
    package var directory: String { get throws { try started().directory } }

    /// A line to one of the server's databases, and how to connect over it.
    package func line(to database: PostgresConfiguration) throws -> (CutLine, PostgresConfiguration) {
        let line = try CutLine(to: started().directory)
        return (line, database.withHost(line.directory))
    }

    /// Starts the server again after ``stop()``.
    package func start() throws { try started().start() }

    /// Stops the server as a crash does: at once, every connection cut.
    package func stop() throws { try started().stop() }

    /// Starts the server anew, so that it listens at an address of this host, too, port 5432, and trusts whoever comes from there.
    package func listen(on address: String) throws { try started().listen(on: address) }

    package enum Shutdown: String, Sendable, CaseIterable {
        /// Sessions are ended, transactions rolled back, all is written.
        case fast
        /// As a crash.
        case immediate
        /// The main process is killed, its children notice.
        case kill
    }

    /// Stops it and starts it.
    package func restart(_ shutdown: Shutdown = .immediate) throws {
        try started().stop(shutdown.rawValue)
        try start()
    }

    /// Halts the server's processes with SIGSTOP, so that connections to it open and nothing is ever answered, until ``resume()``.
    package func pause() throws { try started().signalAll(PostgresCluster.pauseSignal) }

    /// Ends what ``pause()`` began.
    package func resume() throws { try started().signalAll(PostgresCluster.resumeSignal) }

    private func started() throws -> PostgresCluster {
        if let cluster { return cluster }
        let started = try PostgresCluster()
        cluster = started
        return started
    }

    private func template(
        for migrator: Migrator, _ server: PostgresConfiguration, _ administration: borrowing PostgresConnection
    ) throws -> String {
        let key = migrator.migrations.map { "\($0.fileName) \($0.checksum)" }.joined(separator: "\n")
        if let template = templates[key] { return template }
        let template = "migrated_\(templates.count + 1)"
        try administration.script("CREATE DATABASE \(template) TEMPLATE template0")
        _ = try migrator.migrate(try PostgresConnection(server.withDatabase(template)))
        templates[key] = template
        return template
    }

    /// This file is in Tests/Support.
    private static let packageDirectory = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
}
