import ArgumentParser
import Queue

struct Workers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the workers: what they build for, how busy they are, when they were last heard of.",
        discussion: "In psql: SELECT * FROM farm.worker_status."
    )

    @Flag(help: "One JSON object a line.")
    var json = false

    func run() async throws {
        let json = json
        try await Operator.run { farm in try await farm.show(.workers, json: json, empty: "no worker has ever been here") }
    }
}
