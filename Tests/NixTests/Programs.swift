import Foundation
import Testing

/// Where the programs under test stand.
enum Programs {
    /// The guard, copied to where every user may run it.
    static let guardPath: String = {
        let source = buildDirectory + "/nixery-guard"
        let copy = scratch + "/nixery-guard"
        do {
            try SpawnedProcess.install(#"cp "$1" "$2""#, source, copy)
        } catch {
            Issue.record("there is no \(source): \(error)")
        }
        return copy
    }()

    /// The package set's evaluation, copied likewise.
    static let prepareImagePath: String = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let copy = scratch + "/PackageSet"
        do {
            let source = root.appendingPathComponent("Sources/Worker/PackageSet").path
            try SpawnedProcess.install(#"cp -R "$1" "$2""#, source, copy)
        } catch {
            Issue.record("the package set's files cannot be copied: \(error)")
        }
        return copy + "/nixery-prepare-image"
    }()

    /// What a shell script needs, and no Nix.
    static let pathWithoutNix: String = {
        let directory = scratch + "/path-without-nix"
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            for name in ["env", "bash", "dirname", "readlink"] {
                try FileManager.default.createSymbolicLink(atPath: "\(directory)/\(name)", withDestinationPath: "/usr/bin/\(name)")
            }
        } catch {
            Issue.record("cannot make \(directory): \(error)")
        }
        return directory
    }()

    /// Of this process; world-readable, removed when the process exits.
    static let scratch: String = {
        let path = "/tmp/nixery-nix-tests-\(getpid())"
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        } catch {
            Issue.record("cannot make \(path): \(error)")
        }
        atexit { try? FileManager.default.removeItem(atPath: Programs.scratch) }
        return path
    }()

    /// Executables are built beside the tests.
    private static let buildDirectory: String = {
        let places = [Bundle.main.executablePath] + CommandLine.arguments.map { Optional($0) } + Bundle.allBundles.map(\.executablePath)
        for case let place? in places {
            let directory = (place as NSString).deletingLastPathComponent
            if FileManager.default.fileExists(atPath: directory + "/nixery-guard") { return directory }
            let above = (directory as NSString).deletingLastPathComponent
            if FileManager.default.fileExists(atPath: above + "/nixery-guard") { return above }
        }
        return "."
    }()
}
