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
