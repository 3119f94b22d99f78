import ArgumentParser

@main struct NixeryFrontend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nixery-frontend",
        abstract: "Answers docker pull: looks images up, or has them built and waits. Shows and steers the farm.",
        discussion: "Settings come from the environment; the README has the table.",
        subcommands: [Serve.self, Migrate.self],
        groupedSubcommands: [
            CommandGroup(
                name: "For operators",
                subcommands: [
                    Jobs.self, Job.self, Workers.self, Health.self, Retry.self, Cancel.self, Drain.self, Pause.self, Resume.self,
                    Prebuild.self, Collect.self,
                ])
        ]
    )
}
