import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Nix

/// What one Nix store built is fetched by another, not built again.
@Suite(.timeLimit(.minutes(5))) struct BinaryCacheTests {
    enum Way: CaseIterable {
        case file, http
    }

    /// Stores what is put and gives it back.
    private static func server() throws -> StubServer {
        let files = Files()
        return try StubServer { request in
            guard request.method == "PUT" else { return files[request.path].map { StubAnswer(200, body: $0) } ?? StubAnswer(404) }
            files.put(request.path, request.body)
            return StubAnswer(201)
        }
    }

    private final class Files: Sendable {
        private let files = Mutex<[String: [UInt8]]>([:])
        subscript(path: String) -> [UInt8]? { files.withLock { $0[path] } }
        func put(_ path: String, _ bytes: [UInt8]) { files.withLock { $0[path] = bytes } }
    }

    /// A key file as Nix makes it.
    private static func key(_ directory: String, _ name: String = "farm-1") throws -> String {
        let file = "\(directory)/\(name)"
        try TestProcess.run("nix-store", "--generate-binary-cache-key", name, file, file + ".pub")
        return file
    }

    /// The same tool on a store of its own, which cannot build: it is not where builders would find it.
    private func other(_ bench: Bench, _ cache: BinaryCache?) throws -> NixTool {
        var settings = bench.tool.settings
        settings.storeURI = "local?root=\(bench.directory)/other"
        settings.binaryCache = cache
        return NixTool(settings: settings, logger: Logger(label: "nix") { _ in SwiftLogNoOpLogHandler() })
    }

    private static let packages = [
        "library": #"builder "library" "echo hi > $out""#,
        "program": """
        builtins.derivation ((builder "program" "echo $library > $out").drvAttrs // { library = builder "library" "echo hi > $out"; })
        """,
    ]

    @Test(arguments: Way.allCases)
    func whatOneStoreBuiltAnotherFetches(way: Way) async throws {
        let server = try Self.server()
        let bench = try Bench(.singleUser, Self.packages)
        let url = way == .http ? server.url : "file://\(bench.directory)/cache"
        let cache = try BinaryCache(url: url, keyFile: try Self.key(bench.directory))
        var settings = bench.tool.settings
        settings.binaryCache = cache
        let here = NixTool(settings: settings, logger: Logger(label: "nix") { _ in SwiftLogNoOpLogHandler() })
        let wanted = try await bench.wanted("program")

        let built = try await here.realise(wanted, root: bench.root.path)
        #expect(built.map { StorePathText.name($0) }.sorted() == ["library", "program"])
        try await here.push(built)
        // What was there already is not pushed.
        #expect(try await here.realise(wanted, root: bench.root.path) == [])

        let there = try other(bench, cache)
        let request = EvaluationRequest(source: bench.source, packages: ["program"], system: "x86_64-linux")
        let package = try #require(try await there.evaluate(request).packages.first)
        #expect(["\(package.drvPath)!out"] == wanted)
        let (progress, root) = (Recorder<NixProgress>(), "\(bench.directory)/work/other-root")
        #expect(try await there.realise(wanted, root: root) { progress.append($0) } == [])
        #expect(progress.values.contains { $0.downloads.done == 2 })
        let closure = try await there.closure(of: package.outputs.map(\.path))
        #expect(closure.map { StorePathText.name($0.path) }.sorted() == ["library", "program"])
    }

    /// Who can write to the cache, but not sign, decides nothing.
    @Test func whatIsNotSignedWithTheKeyIsNotUsed() async throws {
        let bench = try Bench(.singleUser, Self.packages)
        let url = "file://\(bench.directory)/cache"
        var settings = bench.tool.settings
        settings.binaryCache = try BinaryCache(url: url, keyFile: try Self.key(bench.directory, "mallory-1"))
        let mallory = NixTool(settings: settings, logger: Logger(label: "nix") { _ in SwiftLogNoOpLogHandler() })
        let wanted = try await bench.wanted("library")
        try await mallory.push(try await mallory.realise(wanted, root: bench.root.path))
        for keyFile in [try Self.key(bench.directory), nil] {
            let there = try other(bench, try BinaryCache(url: url, keyFile: keyFile))
            _ = try await there.evaluate(EvaluationRequest(source: bench.source, packages: ["library"], system: "x86_64-linux"))
            await #expect(throws: NixFailure.self) {
                try await there.realise(wanted, root: "\(bench.directory)/work/other-root")
            }
        }
    }

    /// It is built instead, and that it could not be pushed is told without the key's place.
    @Test func aCacheOutOfReachKeepsNobodyFromBuilding() async throws {
        let bench = try Bench(.singleUser, Self.packages)
        // It is a file, where a directory should be.
        let url = "file://\(bench.directory)/set/default.nix"
        var settings = bench.tool.settings
        settings.binaryCache = try BinaryCache(url: url, keyFile: try Self.key(bench.directory))
        let here = NixTool(settings: settings, logger: Logger(label: "nix") { _ in SwiftLogNoOpLogHandler() })
        let built = try await here.realise(try await bench.wanted("program"), root: bench.root.path)
        #expect(built.count == 2)
        let failure = await #expect(throws: NixFailure.self) { try await here.push(built) }
        #expect(failure?.message.hasPrefix("nix copy --to \(url) failed") == true, "\(String(describing: failure))")
        #expect(failure?.message.contains("farm-1") == false)
    }

    @Test func withoutAKeyNothingIsPushed() async throws {
        let bench = try Bench { $0.binaryCache = try? BinaryCache(url: "file:///proc/nowhere", keyFile: nil) }
        #expect(bench.tool.settings.binaryCache != nil)
        try await bench.tool.push(["/nix/store/00000000000000000000000000000000-x.drv"])
    }

    @Test(arguments: [
        ("relative", "must be absolute"), ("/nowhere/a b", "must be absolute, of letters"), ("/nowhere/key", "cannot be read"),
        ("/etc/passwd", "holds no secret key"),
    ])
    func aKeyThatIsNoneIsRefused(file: String, message: String) {
        #expect { try BinaryCache(url: "file:///x", keyFile: file) } throws: { "\($0)".contains(message) }
    }

    @Test func theKeyIsPartOfTheAddress() throws {
        let directory = try TestProcess.temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let key = try Self.key(directory)
        let published = try String(contentsOfFile: key + ".pub", encoding: .utf8)
        for (url, mark) in [("s3://b?region=x", "&"), ("file:///c", "?")] {
            let cache = try BinaryCache(url: url, keyFile: key)
            #expect(cache.destination == "\(url)\(mark)secret-key=\(key)")
            #expect(cache.options.suffix(3) == ["--option", "extra-trusted-public-keys", published])
            #expect(cache.options.contains(url))
        }
    }
}
