import FoundationEssentials
import Subprocess

/// Runs the helper that stands on `PATH` in an installation, here from the sources.
struct PrepareImage {
    /// Where a package set is; encoded as the helper takes it.
    struct Source: Encodable {
        var type: String
        var path: String?
        var url: String?
        var rev: String?
        var name: String?
        var submodules: Bool?

        static func fixture(_ name: String) -> Source { .path("\(PrepareImage.fixtures)/\(name)") }
        static func path(_ path: String) -> Source { Source(type: "path", path: path) }
        static func git(_ url: String, _ revision: String) -> Source { Source(type: "git", url: url, rev: revision) }
        static func channel(name: String) -> Source { Source(type: "channel", name: name) }
    }

    static let testDirectory = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    static let fixtures = "\(testDirectory)/Fixtures"
    static let command = "\(testDirectory)/../../Sources/Worker/PackageSet/nixery-prepare-image"

    /// What came of a call whose evaluation failed.
    struct Failure: Error {
        let message: String
    }

    /// Calls the helper and decodes its document; throws ``Failure`` with Nix's message when the status is not 0.
    static func evaluate(
        _ packages: [String],
        in source: Source = .fixture("set"),
        optional: [String]? = nil,
        system: String = "x86_64-linux",
        options: [String] = [],
        variables: [String: String] = [:]
    ) async throws -> Answer {
        var arguments = try ["--source", json(source), "--packages", json(packages), "--system", system]
        if let optional {
            arguments += try ["--optional", json(optional)]
        }
        let output = try await checked(command, arguments + options, variables: variables)
        return try JSONDecoder().decode(Answer.self, from: Data(output.utf8))
    }

    /// Runs a program, named or by its path, with further environment variables, and gives what it prints; throws ``Failure`` with what it says on standard error.
    @discardableResult
    static func checked(
        _ program: String,
        _ arguments: [String],
        variables: [String: String] = [:]
    ) async throws -> String {
        var settings: [Environment.Key: String?] = ["NIX_CONFIG": "build-users-group =\nsubstituters =\nsandbox = false"]
        for (name, value) in variables {
            settings[Environment.Key(stringLiteral: name)] = value
        }
        let result = try await run(
            .name("env"),
            arguments: Arguments(["--", program] + arguments),
            environment: .inherit.updating(settings),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        guard result.terminationStatus.isSuccess else {
            throw Failure(message: result.standardError)
        }
        return result.standardOutput
    }

    private static func json(_ value: some Encodable) throws -> String {
        try String(decoding: JSONEncoder().encode(value), as: UTF8.self)
    }
}
