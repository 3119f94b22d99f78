import ArgumentParser
import Queue

struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "End a job: a queued one at once, a running one when its processes are stopped.",
        discussion: "In psql: SELECT farm.cancel(17)."
    )

    @Argument(help: "The job's number.")
    var number: Int

    func run() async throws {
        let number = number
        try await Operator.run { farm in print(try await farm.queue.carryOut(.cancel(job: number))) }
    }
}
