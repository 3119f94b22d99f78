import Hashing
import Postgres
import Queue
import Registry
import TestSupport
import Testing

/// The queue against a model of it that knows no SQL: random steps, and after each both stand alike. `FARM_SEED` repeats a run.
@Suite(.timeLimit(.minutes(5))) struct ModelTests {
    @Test(arguments: 0..<4) func everyStepDoesWhatTheModelDoes(number: UInt64) async throws {
        let seed = SeededGenerator.seed &+ number
        var random = SeededGenerator(seed: seed)
        let farm = try await QueueFixture { times in
            times.retryDelay = .zero
            times.unwanted = .seconds(3600)
        }
        let workers = [try await farm.worker("w1"), try await farm.worker("w2")]
        let recipes = try (0..<5).map { try QueueFixture.recipe("package\($0)", source: QueueFixture.pinned) }
        let image = try await farm.image()
        var model = QueueModel()
        var steps: [String] = []
        for _ in 0..<400 {
            let step = Step.allCases.randomElement(using: &random) ?? .request
            let job = model.jobs.randomElement(using: &random)?.id
            let lease = model.leases.randomElement(using: &random)
            switch (step, job, lease) {
            case (.request, _, _):
                let key = Int.random(in: 0..<recipes.count, using: &random)
                steps.append("request \(key)")
                let outcome = try await farm.request(recipes[key])
                #expect(model.request(key) == QueueModel.Answer(outcome))
            case (.claim, _, _):
                let limit = Int.random(in: 1...3, using: &random)
                steps.append("claim \(limit)")
                let claimed = try await farm.queue.claim(workers[Int.random(in: 0...1, using: &random)], limit: limit)
                #expect(claimed.map(\.lease.job) == model.claim(limit, fences: claimed.map(\.lease.fence)))
            case (.complete, _, let lease?):
                steps.append("complete \(lease)")
                #expect(try await farm.queue.complete(lease, image) == model.complete(lease))
            case (.failForGood, _, let lease?):
                steps.append("fail for good \(lease)")
                #expect(try await farm.queue.fail(lease, JobError(.buildFailed, "no")) == model.fail(lease, isFinal: true))
            case (.failInPassing, _, let lease?):
                steps.append("fail in passing \(lease)")
                #expect(try await farm.queue.fail(lease, JobError(.uploadFailed, "no")) == model.fail(lease, isFinal: false))
            case (.release, _, let lease?):
                steps.append("release \(lease)")
                try await farm.queue.release(lease)
                model.release(lease)
            case (.stopped, _, let lease?):
                steps.append("stopped \(lease)")
                try await farm.queue.cancelled(lease)
                model.stopped(lease)
            case (.cancel, let job?, _):
                steps.append("cancel \(job)")
                _ = try await farm.queue.carryOut(.cancel(job: job))
                model.cancel(job)
            case (.retry, let job?, _):
                steps.append("retry \(job)")
                _ = try await farm.queue.carryOut(.retry(job: job))
                model.retry(job)
            case (.lose, _, let lease?):
                steps.append("lose \(lease)")
                try await farm.pool.execute(
                    "UPDATE farm.jobs SET lease_until = now() - interval '1 second' WHERE id = $1 AND fence = $2 AND state = 'running'",
                    [.int(lease.job), .int(lease.fence)])
                try await farm.queue.sweep()
                model.lose(lease, mostAttempts: farm.queue.times.mostAttempts)
            case (.pause, _, _):
                steps.append("pause")
                _ = try await farm.queue.carryOut(model.isPaused ? .resume(system: "x86_64-linux") : .pause(system: "x86_64-linux"))
                model.isPaused.toggle()
            case (.beat, _, _):
                let answer = try await farm.queue.heartbeat("w1", model.leases)
                #expect(answer == model.held)
            default: continue
            }
            let rows = try await farm.pool.rows("SELECT id, state, attempt, cancel_requested FROM farm.jobs ORDER BY id") { row in
                QueueModel.Row(
                    id: try row.int("id"), state: try row.text("state"), attempt: try row.int("attempt"),
                    isCancelled: try row.bool("cancel_requested"))
            }
            try #require(rows == model.rows, "FARM_SEED=\(seed &- number), run \(number), after \(steps.suffix(12))")
        }
        // No fence was drawn twice.
        #expect(Set(model.leases.map(\.fence)).count == model.leases.count)
    }

    private enum Step: CaseIterable {
        case request, claim, complete, failForGood, failInPassing, release, stopped, cancel, retry, lose, pause, beat
    }
}

/// What the queue is to do, in plain words.
private struct QueueModel {
    struct Row: Hashable {
        let id: Int
        let state: String
        let attempt: Int
        let isCancelled: Bool
    }

    struct Job {
        let id: Int
        let key: Int
        var state = "queued"
        var attempt = 0
        var fence: Int?
        var isCancelled = false
        var isLive: Bool { (state == "queued" || state == "running") && !isCancelled }
    }

    enum Answer: Hashable {
        case waiting(Int), built(Int), failed(Int), cancelled(Int)

        init(_ outcome: BuildOutcome) {
            self =
                switch outcome {
                case .waiting(let job): .waiting(job)
                case .manifest(_, let job): .built(job)
                case .failed(_, let job, _): .failed(job)
                case .cancelled(let job, _): .cancelled(job)
                }
        }
    }

    var jobs: [Job] = []
    /// All that were ever given out.
    var leases: [JobLease] = []
    var isPaused = false
    /// The jobs of remembered failures by key.
    private var failures: [Int: Int] = [:]
    /// Keys in the order in which they were built, with their jobs.
    private var built: [(key: Int, job: Int)] = []
    /// Leases whose end was written: an end that is written again says that it is there.
    private var completed: Set<JobLease> = []
    private var failed: Set<JobLease> = []

    var rows: [Row] { jobs.map { Row(id: $0.id, state: $0.state, attempt: $0.attempt, isCancelled: $0.isCancelled) } }

    /// What a heartbeat for all leases is to answer.
    var held: [JobLease: Bool] {
        Dictionary(uniqueKeysWithValues: leases.compactMap { lease in index(lease).map { (lease, jobs[$0].isCancelled) } })
    }

    private func index(_ lease: JobLease) -> Int? {
        jobs.firstIndex { $0.id == lease.job && $0.fence == lease.fence && $0.state == "running" }
    }

    mutating func request(_ key: Int) -> Answer {
        if let job = jobs.first(where: { $0.key == key && $0.isLive }) { return .waiting(job.id) }
        if let done = built.last(where: { $0.key == key && isBuilt($0.job) }) { return .built(done.job) }
        if let job = failures[key] { return .failed(job) }
        jobs.append(Job(id: jobs.count + 1, key: key))
        return .waiting(jobs.count)
    }

    private func isBuilt(_ id: Int) -> Bool { jobs.contains { $0.id == id && $0.state == "succeeded" } }

    mutating func claim(_ limit: Int, fences: [Int]) -> [Int] {
        let picked = isPaused ? [] : jobs.indices.filter { jobs[$0].state == "queued" }.prefix(limit)
        for (index, fence) in zip(picked, fences) {
            jobs[index].state = "running"
            jobs[index].attempt += 1
            jobs[index].fence = fence
            leases.append(JobLease(job: jobs[index].id, fence: fence))
        }
        return picked.map { jobs[$0].id }
    }

    mutating func complete(_ lease: JobLease) -> Bool {
        guard let index = index(lease) else { return completed.contains(lease) }
        jobs[index].state = "succeeded"
        built.append((jobs[index].key, lease.job))
        failures[jobs[index].key] = nil
        completed.insert(lease)
        return true
    }

    mutating func fail(_ lease: JobLease, isFinal: Bool) -> Bool {
        guard let index = index(lease) else { return failed.contains(lease) }
        if jobs[index].isCancelled {
            jobs[index].state = "cancelled"
            return true
        }
        failed.insert(lease)
        if isFinal || jobs[index].attempt >= 4 {
            jobs[index].state = "failed"
            failures[jobs[index].key] = lease.job
        } else {
            jobs[index].state = "queued"
        }
        return true
    }

    mutating func release(_ lease: JobLease) {
        guard let index = index(lease) else { return }
        jobs[index].attempt -= 1
        jobs[index].state = jobs[index].isCancelled ? "cancelled" : "queued"
    }

    mutating func stopped(_ lease: JobLease) {
        guard let index = index(lease) else { return }
        jobs[index].state = "cancelled"
    }

    mutating func cancel(_ id: Int) {
        guard jobs[id - 1].state == "queued" || jobs[id - 1].state == "running" else { return }
        jobs[id - 1].isCancelled = true
        if jobs[id - 1].state == "queued" { jobs[id - 1].state = "cancelled" }
    }

    mutating func retry(_ id: Int) {
        let job = jobs[id - 1]
        guard job.state == "failed" || job.state == "cancelled" else { return }
        failures[job.key] = nil
        guard !jobs.contains(where: { $0.key == job.key && $0.isLive }) else { return }
        jobs[id - 1].state = "queued"
        jobs[id - 1].attempt = 0
        jobs[id - 1].isCancelled = false
    }

    mutating func lose(_ lease: JobLease, mostAttempts: Int) {
        guard let index = index(lease) else { return }
        jobs[index].state = jobs[index].isCancelled ? "cancelled" : jobs[index].attempt >= mostAttempts ? "failed" : "queued"
    }
}
