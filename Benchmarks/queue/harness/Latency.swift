import ArgumentParser
import Hashing
import Postgres
import Queue
import Registry
import Synchronization

struct Latency: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask for builds at an even rate; print p50 and p99, in ms, of the time from the request to a worker's having claimed it.")

    @Option(help: "Requests per second.") var rate = 50
    @Option(help: "How many requests.") var requests = 1000

    func run() async throws {
        let bench = try await Bench(connections: 4)
        try await bench.fill(0)
        let worker = try PostgresPool(PostgresConfiguration(), size: 2, logger: Bench.logger)
        let workerQueue = JobQueue(pool: worker, times: QueueTimes())
        let listener = try PostgresListener(PostgresConfiguration(), channels: [JobQueue.workChannel], logger: Bench.logger)
        let record = Record()
        let (requests, rate) = (requests, rate)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listener.run() }
            group.addTask {
                // As the worker does: a claim at each notification.
                for await _ in listener.events() {
                    let claimed = try await workerQueue.claim(bench.worker, limit: 100)
                    let now = ContinuousClock.now
                    for job in claimed where record.claimed(job.image, now) == requests { return }
                }
            }
            group.addTask {
                let begin = ContinuousClock.now
                for number in 0..<requests {
                    try await Task.sleep(until: begin + .seconds(1) * Double(number) / Double(rate), clock: .continuous)
                    let name = "image\(number)"
                    let recipe = Recipe(
                        source: .git(url: "https://example.org/set", revision: String(repeating: "a", count: 40)),
                        name: try ImageName(parsing: name), layering: Recipe.Layering(strategy: "closure", budget: 94),
                        packing: Recipe.Packing(version: 1, codec: "gzip", level: 1))
                    let request = BuildRequest(recipe: recipe, key: try recipe.buildKey(), image: name)
                    record.asked(name)
                    _ = try await bench.queue.request(request)
                }
                // The claimer ends the group.
                try await Task.sleep(for: .seconds(10))
            }
            while record.times.count < requests, try await group.next() != nil {}
            group.cancelAll()
        }
        let sorted = record.times.sorted()
        func percentile(_ share: Double) -> Double { sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] / .milliseconds(1) }
        guard sorted.count == requests else { throw ValidationError("only \(sorted.count) of \(requests) jobs were claimed") }
        print("\(percentile(0.5)) \(percentile(0.99))")
    }
}

/// When each image was asked for, and how long it took until it was claimed.
private final class Record: Sendable {
    private struct State {
        var asked: [String: ContinuousClock.Instant] = [:]
        var times: [Duration] = []
    }

    private let state = Mutex(State())

    var times: [Duration] { state.withLock { $0.times } }

    func asked(_ image: String) { state.withLock { $0.asked[image] = .now } }

    /// - Returns: how many were claimed so far.
    func claimed(_ image: String, _ now: ContinuousClock.Instant) -> Int {
        state.withLock { state in
            if let asked = state.asked[image] { state.times.append(now - asked) }
            return state.times.count
        }
    }
}
