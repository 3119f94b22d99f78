import ArgumentParser
import Queue

struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keep all workers from claiming jobs of a system; what runs goes on.",
        discussion: "nixery-frontend resume ends it. In psql: SELECT farm.pause('aarch64-linux')."
    )

    @Argument(help: "The system, for example aarch64-linux.")
    var system: String

    func run() async throws {
        let system = system
        try await Operator.run { farm in print(try await farm.queue.carryOut(.pause(system: system))) }
    }
}
