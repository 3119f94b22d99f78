import ArgumentParser
import Queue

struct Jobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List jobs: those that are queued or running, in the order in which they are built.",
        discussion:
            "In psql: SELECT * FROM farm.running; farm.queue, farm.waiting, farm.slowest, farm.recent_failures and farm.tail are there too."
    )

    @Flag(help: "The last fifty jobs, whatever became of them.")
    var recent = false

    @Flag(help: "The last fifty failures, with their reasons.")
    var failed = false

    @Flag(help: "The twenty of the last day that take or took longest, with the phase that took most of it.")
    var slowest = false

    @Flag(help: "One JSON object a line.")
    var json = false

    func validate() throws {
        guard [recent, failed, slowest].count(where: \.self) <= 1 else {
            throw ValidationError("give one of --recent, --failed and --slowest")
        }
    }

    func run() async throws {
        let (recent, failed, slowest, json) = (recent, failed, slowest, json)
        try await Operator.run { farm in
            if failed { return try await farm.show(.failures, json: json, empty: "no job has failed") }
            if slowest { return try await farm.show(.slowest, json: json, empty: "there was no job in the last day") }
            if recent { return try await farm.show(.recent, json: json, empty: "there has been no job yet") }
            try await farm.show(.live, json: json, empty: "nothing is queued or running")
        }
    }
}
