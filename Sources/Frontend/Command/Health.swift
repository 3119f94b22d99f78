import ArgumentParser
import Queue

struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how the queue stands, and what makes a queue in PostgreSQL slow.",
        discussion: "In psql: SELECT * FROM farm.health."
    )

    @Flag(help: "One JSON object.")
    var json = false

    func run() async throws {
        let json = json
        try await Operator.run { farm in try await farm.show(.health, json: json, empty: "") }
    }
}
