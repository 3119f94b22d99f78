import Foundation
import Layers
import Subprocess
import TestSupport
import Testing

/// A binary cache that Nix itself has made, of a few paths that it has just built, served on loopback.
///
/// `app` and `tool` refer to `base` and to themselves, `app` to `tool` too; nothing refers to `app`.
final class BinaryCache: Sendable {
    let directory: String
    /// `app`, `base`, `tool`.
    let paths: [StorePath]
    let server: StubServer
    private let requests: Requests

    /// - Parameter answer: asked before a file is served, with its name and how many `.narinfo` files were asked for before it; an answer
    ///   of its own takes the file's place.
    init(answer: @escaping @Sendable (_ file: String, _ before: Int) -> StubAnswer? = { _, _ in nil }) async throws {
        let directory = "/tmp/nixery-popcount-\(getpid())-\(UInt32.random(in: .min ... .max))"
        self.directory = directory
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let requests = Requests()
        self.requests = requests
        server = try StubServer { request in
            let file = String(request.path.dropFirst())
            let before = file.hasSuffix(".narinfo") ? requests.add(file) : 0
            if let answer = answer(file, before) { return answer }
            guard let contents = FileManager.default.contents(atPath: "\(directory)/cache/\(file)") else { return StubAnswer(404) }
            return StubAnswer(200, body: [UInt8](contents))
        }
        paths = try await Self.build(directory)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    var address: String { "http://127.0.0.1:\(server.port)" }

    /// The `.narinfo` files that were asked for, in their order.
    var asked: [String] { requests.all }

    static func narinfo(_ path: StorePath) -> String { path.baseName.prefix(32) + ".narinfo" }

    /// A list as channels have it.
    func list(_ paths: [StorePath]) async throws -> String {
        let file = "\(directory)/store-paths"
        try paths.map { $0.string + "\n" }.joined().write(toFile: file, atomically: false, encoding: .utf8)
        try await Self.run("xz", "--keep", "--force", file)
        return file + ".xz"
    }

    /// - Returns: the arguments for counting over this cache.
    func arguments(_ list: String) -> [String] {
        ["channel", "--store-paths", list, "--cache", address, "--work", "\(directory)/work", "--concurrency", "1"]
    }

    private static func build(_ directory: String) async throws -> [StorePath] {
        // The salt makes them paths that no other run has.
        let expression = """
            let
              make = name: inputs: builtins.derivation {
                inherit name inputs; salt = "\(directory)"; system = builtins.currentSystem;
                builder = "/bin/sh"; args = [ "-c" "echo $out $inputs > $out" ];
              };
              base = make "base-1.0" [ ];
              tool = make "tool-2.0" [ base ];
            in [ (make "app-3.0" [ base tool ]) tool base ]
            """
        let built = try await run("nix-build", "--no-out-link", "--expr", expression)
        let paths = try built.split(separator: "\n").map { try StorePath($0) }.sorted { $0.name < $1.name }
        try #require(paths.map(\.name) == ["app-3.0", "base-1.0", "tool-2.0"])
        try await run("nix", ["copy", "--to", "file://\(directory)/cache"] + paths.map(\.string))
        return paths
    }

    @discardableResult
    static func run(_ program: String, _ arguments: String...) async throws -> String { try await run(program, arguments) }

    @discardableResult
    static func run(_ program: String, _ arguments: [String]) async throws -> String {
        let settings = "build-users-group =\nsubstituters =\nsandbox = false\nexperimental-features = nix-command"
        let result = try await Subprocess.run(
            .name(program), arguments: Arguments(arguments), environment: .inherit.updating(["NIX_CONFIG": settings]),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        try #require(result.terminationStatus.isSuccess, "\(program) failed: \(result.standardError)")
        return result.standardOutput
    }
}
