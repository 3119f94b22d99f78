import ArgumentParser
import Glibc

@main struct Popcount: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "popcount",
        abstract: "Count how often store paths are referred to: the data that NIX_POPULARITY_URL takes.",
        discussion: """
            Prints one JSON object: names of store paths without hash, and how many paths refer to them. Counts come from

              channel     all of a channel's store paths, as a binary cache describes them
              store       what a Nix store on this machine holds
              database    what the farm has built so far

            Examples:
              popcount channel nixos-unstable --output popularity.json
              popcount store --output popularity.json
              DATABASE_URL=postgresql://host/farm popcount database > popularity.json

            Exit status: 0; 1 when the counts could not be made; 64 for wrong arguments.
            """,
        subcommands: [Channel.self, LocalStore.self, Database.self]
    )
}
