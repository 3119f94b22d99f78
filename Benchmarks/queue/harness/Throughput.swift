import ArgumentParser
import Glibc
import Postgres
import Queue

struct Throughput: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Claim and complete jobs until none is left; print jobs per second and CPU ms per job.")

    @Option(help: "Connections, each with one claimer.") var clients = 8
    @Option(help: "Jobs taken by one claim.") var batch = 1
    @Option(help: "Jobs in all.") var jobs = 5000

    func run() async throws {
        let bench = try await Bench(connections: clients)
        try await bench.fill(jobs)
        let batch = batch
        let begin = (ContinuousClock.now, Self.processorTime)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<clients {
                group.addTask {
                    while case let claimed = try await bench.queue.claim(bench.worker, limit: batch), !claimed.isEmpty {
                        for job in claimed { _ = try await bench.queue.complete(job.lease, bench.image(job.lease.job)) }
                    }
                }
            }
            try await group.waitForAll()
        }
        let seconds = (ContinuousClock.now - begin.0) / .seconds(1)
        let done = try await bench.pool.first("SELECT count(*) AS n FROM farm.jobs WHERE state = 'succeeded'") { row in try row.int("n") }
        guard done == jobs else { throw ValidationError("only \(done ?? 0) of \(jobs) jobs were completed") }
        print("\(Int((Double(jobs) / seconds).rounded())) \((Self.processorTime - begin.1) * 1000 / Double(jobs))")
    }

    /// Seconds of this process on a processor.
    static var processorTime: Double {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }
}
