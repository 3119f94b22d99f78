import ArgumentParser
import Queue

struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have jobs of a paused system claimed again.",
        discussion: "In psql: SELECT farm.resume('aarch64-linux')."
    )

    @Argument(help: "The system, for example aarch64-linux.")
    var system: String

    func run() async throws {
        let system = system
        try await Operator.run { farm in print(try await farm.queue.carryOut(.resume(system: system))) }
    }
}
