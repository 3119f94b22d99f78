import ArgumentParser
import Queue

struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Queue a failed or cancelled job again, whether or not anybody waits for it.",
        discussion: "In psql: SELECT farm.retry(17)."
    )

    @Argument(help: "The job's number.")
    var number: Int

    func run() async throws {
        let number = number
        try await Operator.run { farm in print(try await farm.queue.carryOut(.retry(job: number))) }
    }
}
