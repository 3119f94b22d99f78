import ArgumentParser

struct Fill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Empty the tables and queue jobs, each of an image of its own.")

    @Option(help: "How many.") var jobs = 5000

    func run() async throws { try await Bench(connections: 1).fill(jobs) }
}
