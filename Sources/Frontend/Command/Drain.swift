import ArgumentParser
import Queue

struct Drain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keep a worker from claiming; its running jobs go on.",
        discussion: "nixery-frontend workers lists their names. In psql: SELECT farm.drain('host:17:1kq0')."
    )

    @Argument(help: "The worker's name.")
    var worker: String

    func run() async throws {
        let worker = worker
        try await Operator.run { farm in print(try await farm.queue.carryOut(.drain(worker: worker))) }
    }
}
