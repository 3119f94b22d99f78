import ArgumentParser
import Layers
import Subprocess

#if canImport(System)
import System
#else
import SystemPackage
#endif

struct LocalStore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Count over all store paths that a Nix store on this machine holds.",
        discussion: "Runs nix-store --dump-db. Derivations are left out: no image holds them."
    )

    @Option(help: ArgumentHelp("Which store, as nix-store takes it, for example daemon; Nix's own choice if left out.", valueName: "uri"))
    var store: String?

    @OptionGroup var output: Output

    func run() async throws {
        let dump = try await Self.dump(store.map { ["--store", $0] } ?? [])
        try output.write(try StoreRegistration.referrers(dump))
    }

    /// 1 GiB describes some million paths.
    private static func dump(_ options: [String]) async throws -> String {
        do {
            let result = try await Subprocess.run(
                .name("nix-store"), arguments: Arguments(options + ["--dump-db"]), output: .string(limit: 1 << 30),
                error: .string(limit: 1 << 16))
            guard result.terminationStatus.isSuccess else {
                throw PopcountError("nix-store --dump-db failed: \(result.standardError.split(separator: "\n").joined(separator: "; "))")
            }
            return result.standardOutput
        } catch let error as SubprocessError {
            throw PopcountError("nix-store --dump-db cannot be run: \(error)")
        }
    }
}
