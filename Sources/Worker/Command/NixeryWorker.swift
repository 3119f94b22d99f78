import ArgumentParser

@main struct NixeryWorker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nixery-worker",
        abstract: "Builds images with Nix.",
        discussion: "Settings come from the environment; the README has the table.",
        subcommands: [Run.self, Build.self]
    )
}
