import Foundation
import Layers
import Testing

/// A store below a directory of its own, made for one test and removed after it.
final class StoreFixture {
    let root: String

    init() throws {
        root = NSTemporaryDirectory() + "store-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: root + "/nix/store", withIntermediateDirectories: true)
    }

    deinit {
        // Directories of a store are not writable, which stops whoever is not root.
        _ = try? shell("chmod -R u+w \"$0\" && rm -rf \"$0\"", root)
    }

    /// Where a path of the image lies on disk.
    func disk(_ path: StorePath, _ rest: String = "") -> String { root + path.string + (rest.isEmpty ? "" : "/" + rest) }

    func directory(_ path: StorePath, _ rest: String = "") throws {
        try FileManager.default.createDirectory(atPath: disk(path, rest), withIntermediateDirectories: true)
    }

    func file(
        _ path: StorePath, _ rest: String = "", _ contents: some Sequence<UInt8> = "contents\n".utf8, executable: Bool = false
    ) throws {
        let full = disk(path, rest)
        try FileManager.default.createDirectory(atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(contents).write(to: URL(filePath: full))
        try FileManager.default.setAttributes([.posixPermissions: executable ? 0o755 : 0o644], ofItemAtPath: full)
    }

    func symlink(_ path: StorePath, _ rest: String = "", to target: String) throws {
        let full = disk(path, rest)
        try FileManager.default.createDirectory(atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: full, withDestinationPath: target)
    }

    /// Gives everything the modes and times that a store has.
    func seal() throws {
        _ = try shell(
            """
            cd "$0/nix/store" && find . -mindepth 1 -type f -perm /100 -exec chmod 0555 {} + &&
            find . -mindepth 1 -type f ! -perm /100 -exec chmod 0444 {} + &&
            find . -mindepth 1 -exec touch -h -d @1 {} + && find . -mindepth 1 -type d -exec chmod 0555 {} +
            """, root)
    }
}

/// `/nix/store/<32 times digit>-<name>`
func storePath(_ digit: Character, _ name: String) throws -> StorePath {
    try StorePath("/nix/store/" + String(repeating: digit, count: 32) + "-" + name)
}

struct ShellFailed: Error {
    let script: String
    let status: Int32
    let output: String
}

/// Runs a script with `arguments` as `$0`, `$1`, ...; returns what it wrote.
@discardableResult
func shell(_ script: String, _ arguments: String...) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-o", "pipefail", "-c", script] + arguments
    process.environment = ["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw ShellFailed(script: script, status: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self))
    }
    return bytes
}
