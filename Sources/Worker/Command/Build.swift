import ArgumentParser
import Assembly
import Composition
import Glibc
import Logging
import Nix
import ObjectStorage
import Operations
import Pipeline
import PopularityData
import Postgres
import Records
import Registry

struct Build: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Build one image into an OCI layout, without a database: to try or debug a package set.",
        discussion: """
            The image has the same digest as from a farm whose NIXERY_LAYER_STRATEGY, NIXERY_LAYER_BUDGET and NIX_POPULARITY_URL are set as \
            here. skopeo and podman read the directory as oci:DIRECTORY.
            """
    )

    @Argument(help: "The image name, for example shell/git/hello.")
    var name: String

    @Option(help: "A directory or file that holds the package set.")
    var path: String?

    @Option(help: "A Git repository that holds the package set; needs --commit.")
    var repo: String?

    @Flag(help: "Take the submodules of --repo too.")
    var submodules = false

    @Option(help: "The full commit of --repo, or of nixpkgs.")
    var commit: String?

    @Option(help: "How layers are compressed: gzip or zstd.")
    var codec = Recipe.Packing.gzip.codec

    @Option(help: "The directory to write.")
    var output: String

    func validate() throws {
        guard (path != nil) != (repo != nil || commit != nil) else {
            throw ValidationError("give --path DIRECTORY, or --commit COMMIT of nixpkgs, or both --repo URL and --commit COMMIT")
        }
        guard path != nil || commit.map({ RegistryGrammar.isCommit($0) }) == true else {
            throw ValidationError("--commit takes the forty hexadecimal digits of a commit")
        }
        guard Recipe.Packing.known.contains(where: { $0.codec == codec }) else { throw ValidationError("--codec takes gzip or zstd") }
    }

    func run() async throws {
        let settings = Settings(ProcessEnvironment.value)
        let imageName: ImageName
        do {
            imageName = try ImageName(parsing: name)
        } catch {
            throw ValidationError(error.message)
        }
        let layering = try await LayeringSettings(settings).pinned()
        let recipe = Recipe(source: source, name: imageName, layering: layering.layering, packing: packing)
        for difference in SelfCheck.differences(of: [packing]) { TerminalObserver().log("warning: " + difference) }
        let store = try DirectoryStore(root: output, blobs: "blobs/sha256")
        let builder = ImageBuilder(
            nix: NixTool(settings: try WorkerSettings.nix(settings), logger: Logger(label: "build") { _ in SwiftLogNoOpLogHandler() }),
            store: store,
            ledger: EmptyLedger(popularity: layering.popularity),
            rootsDirectory: "/tmp"
        )
        let observer = TerminalObserver()
        do {
            let image = try await builder.build(recipe, rootName: "build-\(getpid())", observer: observer).image
            try OCILayout(directory: output).write(image.oci, name: name)
            observer.finish()
            print("\(image.oci.digest)  \(output)")
        } catch {
            observer.finish()
            throw SettingsError(JobReport.text(error))
        }
    }

    private var source: PackageSource {
        if let path { return .path(path.hasPrefix("/") ? path : Self.currentDirectory + "/" + path) }
        if let repo { return .git(url: repo, revision: commit ?? "", submodules: submodules) }
        return .channel(revision: commit ?? "")
    }

    private var packing: Recipe.Packing { Recipe.Packing.known.first { $0.codec == codec } ?? .gzip }

    private static var currentDirectory: String {
        guard let text = unsafe getcwd(nil, 0) else { return "." }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }
}
