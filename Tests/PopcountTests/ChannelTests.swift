import Foundation
import Layers
import Subprocess
import TestSupport
import Testing

/// Counting over a real binary cache.
@Suite struct ChannelTests {
    private func count(_ arguments: [String]) async throws -> BuiltProgram.Result { try await BuiltProgram("popcount").run(arguments) }

    private func counts(_ result: BuiltProgram.Result) throws -> [String: Int] {
        #expect(result.status == 0, "\(result.errors)")
        return try JSONDecoder().decode([String: Int].self, from: Data(result.output.utf8))
    }

    private static let all = ["app-3.0": 0, "base-1.0": 2, "tool-2.0": 1]

    @Test func countsReferrers() async throws {
        let cache = try await BinaryCache()
        let result = try await count(cache.arguments(cache.list(cache.paths)))
        #expect(try counts(result) == Self.all)
        #expect(result.errors.contains("3 paths, 3 names"))
        #expect(cache.asked.count == 3)
    }

    @Test func theListMayComeFromAnAddress() async throws {
        let cache = try await BinaryCache()
        let list = try await cache.list(cache.paths)
        try FileManager.default.moveItem(atPath: list, toPath: "\(cache.directory)/cache/store-paths.xz")
        #expect(try counts(await count(cache.arguments("\(cache.address)/store-paths.xz"))) == Self.all)
    }

    @Test func aFileIsWrittenWhole() async throws {
        let cache = try await BinaryCache()
        let file = "\(cache.directory)/popularity.json"
        let list = try await cache.list(cache.paths)
        let result = try await count(cache.arguments(list) + ["--output", file])
        #expect(result.status == 0 && result.output.isEmpty)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == #"{"app-3.0":0,"base-1.0":2,"tool-2.0":1}"# + "\n")
        let names = try FileManager.default.contentsOfDirectory(atPath: cache.directory)
        #expect(!names.contains { $0.hasSuffix(".part") })
    }

    /// What was read is not read again, neither by the same list nor by a longer one.
    @Test func whatIsKnownIsNotAskedForAgain() async throws {
        let cache = try await BinaryCache()
        let first = try await cache.list(Array(cache.paths.prefix(2)))
        #expect(try counts(await count(cache.arguments(first))) == ["app-3.0": 0, "base-1.0": 1, "tool-2.0": 1])
        #expect(try counts(await count(cache.arguments(await cache.list(cache.paths)))) == Self.all)
        #expect(cache.asked.sorted() == cache.paths.map(BinaryCache.narinfo).sorted())
    }

    /// The process is killed while it waits for its third answer. The next run asks for what is missing.
    @Test func aRunThatWasKilledGoesOn() async throws {
        let pidFile = "/tmp/nixery-popcount-pid-\(getpid())-\(UInt32.random(in: .min ... .max))"
        defer { try? FileManager.default.removeItem(atPath: pidFile) }
        let cache = try await BinaryCache { _, before in
            guard before == 2, let pid = try? String(contentsOfFile: pidFile, encoding: .utf8) else { return nil }
            kill(pid_t(pid.dropLast()) ?? 0, SIGKILL)
            return StubAnswer(500)
        }
        let arguments = try await cache.arguments(cache.list(cache.paths))
        let program = try BuiltProgram("popcount")
        let killed = try await Subprocess.run(
            .name("sh"), arguments: Arguments(["-c", #"echo $$ > "$0"; exec "$@""#, pidFile, program.path] + arguments), output: .discarded)
        #expect(killed.terminationStatus == .signaled(SIGKILL))
        #expect(try counts(await count(arguments)) == Self.all)
        let asked = Dictionary(cache.asked.map { ($0, 1) }, uniquingKeysWith: +)
        #expect(asked.values.sorted() == [1, 1, 2])
    }

    /// A line that was being written when the machine went down; one run that ended the line may have gone down as well.
    @Test(arguments: ["", "x", "\n"])
    func halfALineIsReadAgain(rest: String) async throws {
        let cache = try await BinaryCache()
        let arguments = try await cache.arguments(cache.list(cache.paths))
        _ = try counts(await count(arguments))
        let work = "\(cache.directory)/work"
        let journal = try #require(FileManager.default.contentsOfDirectory(atPath: work).first)
        let text = try String(contentsOfFile: "\(work)/\(journal)", encoding: .utf8)
        // Cut within the last line's last word; what is left of it may look like a name.
        try (text.dropLast(3) + rest).write(toFile: "\(work)/\(journal)", atomically: false, encoding: .utf8)
        for _ in 0..<2 { #expect(try counts(await count(arguments)) == Self.all) }
        #expect(cache.asked.count == 4)
    }

    @Test(arguments: [
        (nil, "not in the cache"), ("StorePath: /nix/store/x\nReferences: \n", "is about /nix/store/x"), ("<html>", "no colon"),
        ("References: \n", "no StorePath"), ("StorePath: PATH\n", "no References"),
        ("StorePath: PATH\nReferences: a b\n", "not a store path"),
        ("StorePath: PATH\nReferences: \nReferences: \n", "twice"),
    ])
    func whatCannotBeReadIsLeftOutAndNamed(narinfo: String?, reason: String) async throws {
        let bad = Bad()
        let cache = try await BinaryCache { file, _ in bad.answer(file) }
        let path = cache.paths[2]
        bad.set(BinaryCache.narinfo(path), narinfo.map { StubAnswer(200, text: $0.replacingOccurrences(of: "PATH", with: path.string)) })
        let arguments = try await cache.arguments(cache.list(cache.paths))
        let refused = try await count(arguments)
        #expect(refused.status == 1 && refused.output.isEmpty)
        #expect(refused.errors.contains("left out: \(path)") && refused.errors.contains(reason), "\(refused.errors)")
        #expect(refused.errors.contains("1 of 3 paths"))
        // `tool` is still named by what refers to it.
        #expect(try counts(await count(arguments + ["--tolerate", "40"])) == ["app-3.0": 0, "base-1.0": 1, "tool-2.0": 1])
    }

    @Test func passingErrorsAreTriedAgain() async throws {
        let cache = try await BinaryCache { _, before in before == 1 ? StubAnswer(503) : nil }
        #expect(try counts(await count(cache.arguments(cache.list(cache.paths)))) == Self.all)
        #expect(cache.asked.count == 4)
    }

    @Test func lastingErrorsEndTheRunAndSayHowToGoOn() async throws {
        let cache = try await BinaryCache { _, before in before == 1 ? StubAnswer(501) : nil }
        let arguments = try await cache.arguments(cache.list(cache.paths))
        let result = try await count(arguments)
        #expect(result.status == 1)
        #expect(result.errors.contains("status 501") && result.errors.contains("run the same command again"), "\(result.errors)")
        #expect(try counts(await count(arguments)) == Self.all)
        #expect(cache.asked.count == 4)
    }

    @Test(arguments: [
        (["channel"], 64), (["channel", "a", "--store-paths", "b"], 64), (["channel", "../x"], 64),
        (["channel", "a", "--concurrency", "0"], 64),
        (["channel", "a", "--cache", "file:///x"], 64), (["channel", "a", "--tolerate", "101"], 64), (["nonsense"], 64),
        (["channel", "--store-paths", "/nowhere/list"], 1),
    ])
    func wrongArgumentsEndWithAStatus(arguments: [String], status: Int) async throws {
        let result = try await count(arguments)
        #expect(result.status == status && !result.errors.isEmpty)
    }
}
