import Assembly
import Composition
import Compression
import Foundation
import Hashing
import Layers
import Logging
import ObjectStorage
import Packing
import Pipeline
import Postgres
import Publication
import Records
import Registry
import TestSupport
import Testing

/// Images of known packages, composed from records: the same bytes as from the store, and nothing where anything is unknown.
@Suite(.timeLimit(.minutes(5))) struct ImageAssemblerTests {
    private let store: StoreOnDisk
    private let pool: PostgresPool
    private let records: Records
    private let ledger: StoredLedger
    private let assembler: ImageAssembler

    private static let source = PackageSource.git(url: "https://example.org/set", revision: String(repeating: "a", count: 40))
    /// Package, what it needs.
    private static let packages = [
        "cacert": [], "iana-etc": [], "git": ["libc", "zlib"], "jq": ["libc", "oniguruma"], "curl": ["zlib", "libc", "cacert"],
    ]

    init() async throws {
        store = try StoreOnDisk()
        let database = try await TemporaryPostgres.shared.database(migrations: "Migrations")
        pool = try PostgresPool(database, size: 2, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        records = Records(pool: pool)
        ledger = StoredLedger(records: records, store: store.blobs, pool: pool)
        assembler = ImageAssembler(pool: pool, store: store.blobs)
        for name in Set(Self.packages.keys).union(Self.packages.values.joined()) { try write(name) }
    }

    private func path(_ name: String) throws -> StorePath {
        let digits = Array("0123456789abcdfghijklmnpqrsvwxyz")
        let hash = name.utf8.map { digits[Int($0) % 32] } + Array(repeating: digits[0], count: 32)
        return try StorePath("/nix/store/\(String(hash.prefix(32)))-\(name)")
    }

    private func write(_ name: String) throws {
        let directory = store.root + (try path(name)).string + "/bin"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data("program \(name)".utf8).write(to: URL(filePath: directory + "/" + name))
    }

    private static func recipe(_ name: String, source: PackageSource = source) throws -> Recipe {
        Recipe(
            source: source, name: try ImageName(parsing: name), layering: Recipe.Layering(strategy: "closure", budget: 94), packing: .gzip)
    }

    /// What a worker does after Nix has built the packages.
    /// - Parameter lacking: what the package set does not have.
    private func build(
        _ recipe: Recipe, ledger: any LayerLedger, blobs: any ObjectStore, lacking: [String] = []
    ) async throws -> ComposedImage {
        let attributes = Set(recipe.packages + ImageName.basePackages).subtracting(lacking).sorted()
        let outputs = try attributes.map(path)
        var reached: Set<String> = []
        var open = attributes
        while let name = open.popLast() {
            if reached.insert(name).inserted { open += Self.packages[name] ?? [] }
        }
        let paths = try await ledger.record(
            reached.sorted().map { name in
                PathRecord(
                    path: try path(name).string, narHash: "sha256:0", narSize: Int64(1000 + name.count),
                    references: try (Self.packages[name] ?? []).map { try path($0).string })
            })
        let closure = try Closure(requested: outputs, records: paths)
        let plan = try LayerPlan.make(closure, strategy: .closure, budget: recipe.layering.budget)
        let stage = LayerStage(store: blobs, ledger: ledger, threads: SharedThreads(count: 1), storeRoot: store.root)
        var parts = try await stage.parts(of: plan, format: .gzip, observer: Silent())
        parts.append(try await stage.links(to: try await stage.trees(of: outputs), format: .gzip))
        try await ledger.record(
            outputs: Dictionary(uniqueKeysWithValues: zip(attributes + lacking, outputs.map { [$0.string] } + lacking.map { _ in [] })),
            source: recipe.source.digest(), system: recipe.platform.nixSystem)
        return try ComposedImage(recipe: recipe, parts: parts, lacking: lacking)
    }

    private func know(_ names: String...) async throws {
        for name in names { _ = try await build(Self.recipe(name), ledger: ledger, blobs: store.blobs) }
    }

    @Test(arguments: ["git", "git/jq", "curl/git/jq", "jq/curl"]) func anyCombinationIsWhatAWorkerMakes(name: String) async throws {
        try await know("git", "jq", "curl")
        let recipe = try Self.recipe(name)
        let composed = try #require(try await assembler.compose(recipe))
        let elsewhere = try StoreOnDisk()
        #expect(try await composed == build(recipe, ledger: EmptyLedger(), blobs: elsewhere.blobs))
        // Published, it is found as any other image, in both forms, and its blobs are there.
        let key = try recipe.buildKey()
        #expect(try await assembler.publish(recipe, key: key, name: name))
        let library = ManifestLibrary(pool: pool, store: store.blobs, logger: Logger(label: "test"))
        #expect(try await library.manifest(of: recipe, key: key, format: .oci) == composed.image.oci)
        #expect(try await library.manifest(of: recipe, key: key, format: .docker) == composed.image.docker)
        for digest in [composed.image.configDigest, composed.image.oci.digest] + (try await layerDigests(composed.image)) {
            #expect(try await store.blobs.stat(.blob(digest)) != nil)
        }
    }

    /// A set without cacert: composed all the same, and whoever pulls is told. Who names cacert is told by a job that there is none.
    @Test func whatTheSetLacksIsToldWithTheImage() async throws {
        for name in ["git", "jq"] { _ = try await build(Self.recipe(name), ledger: ledger, blobs: store.blobs, lacking: ["cacert"]) }
        let recipe = try Self.recipe("git/jq")
        let elsewhere = try StoreOnDisk()
        let composed = try #require(try await assembler.compose(recipe))
        #expect(try await composed == build(recipe, ledger: EmptyLedger(), blobs: elsewhere.blobs, lacking: ["cacert"]))
        let key = try recipe.buildKey()
        #expect(try await assembler.publish(recipe, key: key, name: "git/jq"))
        let library = ManifestLibrary(pool: pool, store: store.blobs, logger: Logger(label: "test"))
        let caveats = ["The package set has no cacert; the image is without it."]
        #expect(try await library.manifest(of: recipe, key: key, format: .oci)?.caveats == caveats)
        #expect(try await assembler.compose(Self.recipe("git/cacert")) == nil)
    }

    private func layerDigests(_ image: PublishedImage) async throws -> [Digest] {
        let known = try await records.layers(image.layerKeys)
        #expect(known.count == Set(image.layerKeys).count)
        return known.values.map(\.descriptor.digest)
    }

    enum Unknown: CaseIterable { case package, source, unpinned, path, tree, layer, blob, packing }

    @Test(arguments: Unknown.allCases) func whatIsNotKnownIsLeftToAJob(unknown: Unknown) async throws {
        try await know("git", "jq")
        var recipe = try Self.recipe("git/jq")
        switch unknown {
        case .package: recipe = try Self.recipe("git/curl")
        case .source:
            recipe = try Self.recipe("git", source: .git(url: "https://example.org/set", revision: String(repeating: "b", count: 40)))
        case .unpinned: recipe = try Self.recipe("git", source: .path("/srv/set"))
        case .path:
            try await execute("DELETE FROM farm.store_paths WHERE path LIKE '%oniguruma'")
        case .tree: try await execute("DELETE FROM farm.path_trees WHERE path LIKE '%-jq'")
        case .layer: try await execute("DELETE FROM farm.layers")
        case .blob:
            for record in try await records.layers(try await allKeys()).values {
                _ = try await store.blobs.delete(.blob(record.descriptor.digest))
            }
        case .packing: recipe.packing = Recipe.Packing(version: 99, codec: "gzip", level: 1)
        }
        // The store's own memory of layers would bring them back.
        #expect(try await !assembler.publish(recipe, key: recipe.buildKey(), name: "x"))
        #expect(try await pool.first("SELECT count(*) AS n FROM farm.manifests") { try $0.int("n") } == 0)
    }

    private func allKeys() async throws -> [Digest] {
        try await pool.rows("SELECT layer_key FROM farm.layers") { Digest(bytes: try $0.bytes("layer_key")) }.compactMap(\.self)
    }

    private func execute(_ sql: String) async throws { try await pool.execute(SQLStatement(sql)) }

    /// A layer that is removed between the look and the publication.
    @Test func anImageWhoseLayerIsGoneIsNotPublished() async throws {
        try await know("git")
        let recipe = try Self.recipe("git")
        let composed = try #require(try await assembler.compose(recipe))
        try await execute("DELETE FROM farm.layers WHERE layer_key = (SELECT layer_key FROM farm.layers LIMIT 1)")
        #expect(try await !records.publish(composed.image, key: recipe.buildKey(), name: "git"))
        #expect(try await pool.first("SELECT count(*) AS n FROM farm.cache_keys") { try $0.int("n") } == 0)
    }

    /// Equal requests that come together are answered by one assembly.
    @Test func equalRequestsShareTheWork() async throws {
        try await know("git", "jq", "curl")
        let recipe = try Self.recipe("git/jq/curl")
        let key = try recipe.buildKey()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 { group.addTask { try await assembler.publish(recipe, key: key, name: "git/jq/curl") } }
            for try await published in group { #expect(published) }
        }
        #expect(try await pool.first("SELECT count(*) AS n FROM farm.manifests") { try $0.int("n") } == 1)
    }
}
