import ArgumentParser
import Operations
import Queue

struct Job: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show one job: where it stands, what happened, and why it failed.",
        discussion: "The same as GET /jobs/<number> of any frontend."
    )

    @Argument(help: "The job's number.")
    var number: Int

    @Flag(help: "The output of Nix and its builders instead.")
    var log = false

    func run() async throws {
        let (number, log) = (number, log)
        try await Operator.run { farm in
            if log {
                guard let text = try await farm.queue.log(number) else { throw SettingsError("there is no job \(number)") }
                print(text, terminator: "")
            } else {
                guard let details = try await farm.queue.details(number) else { throw SettingsError("there is no job \(number)") }
                print(details.text, terminator: "")
            }
        }
    }
}
