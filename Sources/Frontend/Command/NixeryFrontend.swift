import ArgumentParser

@main struct NixeryFrontend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nixery-frontend",
        abstract: "Answers docker pull: looks images up, or has them built and waits.",
        discussion: "Settings come from the environment; the README has the table.",
        subcommands: [Serve.self, Migrate.self]
    )
}
