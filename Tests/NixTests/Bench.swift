import Foundation
import Logging
import Testing

@testable import Nix

/// A package set of the test's own and a Nix to work on it.
final class Bench: Sendable {
    let directory: String
    let root: GarbageCollectorRoot
    let tether: Tether
    let tool: NixTool
    private let mode: NixMode

    /// - Parameters:
    ///   - packages: attribute names and the Nix expressions of the packages; `builder NAME SCRIPT` is a derivation with a name
    ///     that no other run of the tests has.
    ///   - set: the expression of the whole package set, in the place of `packages`.
    ///   - prepareImage: a shell script in the place of the real `nixery-prepare-image`.
    init(
        _ mode: NixMode = .singleUser, _ packages: [String: String] = [:], set: String? = nil, prepareImage: String? = nil,
        adjust: (inout NixSettings) -> Void = { _ in }
    ) throws {
        self.mode = mode
        directory = "\(Programs.scratch)/bench-\(UInt64.random(in: 0 ... .max))"
        for part in ["set", "work"] {
            try FileManager.default.createDirectory(atPath: "\(directory)/\(part)", withIntermediateDirectories: true)
        }
        // Whoever the client is, it keeps its roots and caches here.
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: "\(directory)/work")
        root = GarbageCollectorRoot(directory: "\(directory)/work", name: "root")
        tether = try Tether("\(directory)/tether")
        try (set ?? Self.expression(packages, salt: directory)).write(
            toFile: "\(directory)/set/default.nix", atomically: false, encoding: .utf8)

        var settings = NixSettings(environment: NixEnvironment.inherited { name in name == "PATH" ? "/usr/bin:/bin" : nil })
        settings.extraEnvironment["HOME"] = "\(directory)/work"
        settings.grace = .seconds(2)
        settings.guardCommand = Programs.guardPath
        settings.prepareImageCommand = Programs.prepareImagePath
        if let prepareImage {
            settings.prepareImageCommand = "\(directory)/prepare-image"
            try Self.install("#!/bin/sh\n\(prepareImage)\n", to: settings.prepareImageCommand)
        }
        switch mode {
        case .singleUser: settings.extraEnvironment["NIX_CONFIG"] = "build-users-group =\nsubstituters =\nsandbox = false"
        case .daemon:
            settings.extraEnvironment["NIX_DAEMON_SOCKET_PATH"] = try NixDaemon.shared.get().socketPath
            settings.storeURI = "daemon"
            settings.guardCommand = "\(directory)/guard-as-nobody"
            let user = "--reuid 65534 --regid 65534 --clear-groups --no-new-privs"
            try Self.install("#!/bin/sh\nexec setpriv \(user) -- \(Programs.guardPath) \"$@\"\n", to: settings.guardCommand)
        }
        adjust(&settings)
        tool = NixTool(settings: settings, logger: Logger(label: "nix") { _ in SwiftLogNoOpLogHandler() })
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// The package set as `--source` takes it.
    var source: String { #"{"type":"path","path":"\#(directory)/set"}"# }

    /// - Parameter isRestricted: as a worker does it: only the package set can be read.
    func evaluate(_ names: String..., optional: [String] = [], isRestricted: Bool = false) async throws -> Evaluation {
        try await tool.evaluate(
            EvaluationRequest(
                source: source, packages: names, optional: optional, system: "x86_64-linux",
                allowedPlaces: isRestricted ? ["\(directory)/set"] : nil))
    }

    /// What ``NixTool/realise(_:root:progress:log:)`` takes for a package.
    func wanted(_ name: String) async throws -> [String] {
        try await evaluate(name).packages.flatMap { package in package.outputs.map { "\(package.drvPath)!\($0.name)" } }
    }

    /// - Returns: how building a package failed.
    func failure(of name: String) async throws -> NixFailure? {
        let outputs = try await wanted(name)
        return await #expect(throws: NixFailure.self) { try await self.tool.realise(outputs, root: self.root.path) }
    }

    private static func install(_ script: String, to path: String) throws {
        try SpawnedProcess.install(#"printf %s "$1" > "$2"; chmod 755 "$2""#, script, path)
    }

    private static func expression(_ packages: [String: String], salt: String) -> String {
        """
        { system }:
        let
          builder = name: script: builtins.derivation {
            inherit name system; salt = "\(salt)";
            builder = "/bin/sh"; args = [ "-c" "export PATH=/usr/bin:/bin; ${script}" ];
          };
        in {
        \(packages.map { "  \"\($0.key)\" = \($0.value);" }.sorted().joined(separator: "\n"))
        }
        """
    }
}
