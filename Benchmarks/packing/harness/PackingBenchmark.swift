import ArgumentParser

/// The parts of the packing benchmark that are the farm's own. `Benchmarks/packing/run` runs and times them.
@main struct PackingBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "packing-benchmark",
        abstract: "Packs store paths, and measures the parts of which packing consists.",
        subcommands: [Pack.self, Limit.self]
    )
}
