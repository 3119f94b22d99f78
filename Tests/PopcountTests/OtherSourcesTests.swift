import Foundation
import Layers
import Logging
import Records
import TestSupport
import Testing

@testable import Postgres

/// Counting over a local store and over the farm's database.
@Suite struct OtherSourcesTests {
    @Test func aLocalStoreIsCounted() async throws {
        let cache = try await BinaryCache()
        let root = "\(cache.directory)/root"
        try await BinaryCache.run("nix", ["copy", "--no-check-sigs", "--to", root] + cache.paths.map(\.string))
        let result = try await BuiltProgram("popcount").run(["store", "--store", root], environment: ["NIX_CONFIG": "build-users-group ="])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output == #"{"app-3.0":0,"base-1.0":2,"tool-2.0":1}"# + "\n")
        try await BinaryCache.run("chmod", "-R", "u+w", root)
    }

    @Test func aStoreThatIsNoneIsNamed() async throws {
        let result = try await BuiltProgram("popcount").run(["store", "--store", "nonsense://"])
        #expect(result.status == 1 && result.errors.contains("nix-store --dump-db failed"), "\(result.errors)")
    }

    @Test func withoutNixItSaysWhatIsMissing() async throws {
        let result = try await BuiltProgram("popcount").run(["store"], environment: ["PATH": "/nowhere"])
        #expect(result.status == 1 && result.errors.contains("nix-store"), "\(result.errors)")
    }

    @Test func theFarmsDatabaseIsCounted() async throws {
        let database = try await TemporaryPostgres.shared.database(migrations: "Migrations")
        let variables = ["DATABASE_URL": database.parameters.map { "\($0.key)='\($0.value)'" }.joined(separator: " ")]
        let empty = try await BuiltProgram("popcount").run(["database"], environment: variables)
        #expect(empty.status == 1 && empty.errors.contains("no store paths to count"), "\(empty.errors)")

        let pool = try PostgresPool(database, size: 1, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        func path(_ name: String) -> String { "/nix/store/\(String(repeating: "0", count: 32))-\(name)" }
        _ = try await Records(pool: pool).record([
            PathRecord(path: path("a"), narHash: "h", narSize: 1, references: [path("c")]),
            PathRecord(path: path("b"), narHash: "h", narSize: 1, references: [path("a"), path("c")]),
            PathRecord(path: path("c"), narHash: "h", narSize: 1, references: []),
        ])
        let result = try await BuiltProgram("popcount").run(["database"], environment: variables)
        #expect(result.output == #"{"a":1,"b":0,"c":2}"# + "\n", "\(result.errors)")
    }
}
