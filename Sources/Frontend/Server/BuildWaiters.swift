package import Hashing
package import Logging
package import Postgres
package import Queue
package import Registry
import ServiceLifecycle

/// Those who wait for builds on this frontend. However many ask for one recipe, the database is asked once; a client that goes away
/// ends its wait and nobody else's.
///
/// The asking is done by ``run()``, not by a client's task, so it does not depend on any client's staying.
package actor BuildWaiters: Service {
    private struct Build {
        let recipe: Recipe
        let image: String
        var job: Int?
        var waiting: [Int: CheckedContinuation<BuildOutcome, any Error>] = [:]
    }

    private enum Event: Sendable {
        case ask(Digest)
        case look([Int]?)
    }

    private let queue: JobQueue
    private let listener: PostgresListener
    private let logger: Logger
    private var builds: [Digest: Build] = [:]
    private var lastWaiter = 0
    private let events: AsyncStream<Event>
    private let eventSink: AsyncStream<Event>.Continuation

    package init(queue: JobQueue, listener: PostgresListener, logger: Logger) {
        self.queue = queue
        self.listener = listener
        self.logger = logger
        (events, eventSink) = AsyncStream.makeStream()
    }

    /// Waits until the build of `recipe` has ended.
    /// - Throws: what the queue threw, or `CancellationError` when the client went away.
    package func outcome(_ recipe: Recipe, key: Digest, image: String) async throws -> BuildOutcome {
        lastWaiter += 1
        let waiter = lastWaiter
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                if builds[key] == nil {
                    builds[key] = Build(recipe: recipe, image: image)
                    eventSink.yield(.ask(key))
                }
                builds[key]?.waiting[waiter] = continuation
            }
        } onCancel: {
            Task { await self.leave(key, waiter) }
        }
    }

    /// The job that a waiting request has, once it is known.
    package func job(_ key: Digest) -> Int? { builds[key]?.job }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.poll() }
                group.addTask { await self.listen() }
                for await event in self.events {
                    group.addTask { await self.handle(event) }
                }
                group.cancelAll()
            }
        }
        for key in builds.keys { finish(key, .failure(RegistryError.unavailable("this frontend is being stopped; ask again"))) }
    }

    private func handle(_ event: Event) async {
        switch event {
        case .ask(let key): await ask(key)
        case .look(let jobs): await look(jobs)
        }
    }

    private func poll() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: queue.times.poll * Double.random(in: 0.9...1.1))
            eventSink.yield(.look(nil))
        }
    }

    private func listen() async {
        for await event in listener.events() {
            switch event {
            case .notification(let channel, let payload) where channel == JobQueue.doneChannel:
                eventSink.yield(.look(payload.split(separator: ",").compactMap { Int($0) }))
            case .notification: break
            default: eventSink.yield(.look(nil))
            }
        }
    }

    private func ask(_ key: Digest) async {
        guard let build = builds[key] else { return }
        do {
            let outcome = try await queue.request(build.recipe, key: key, image: build.image)
            if case .waiting(let job) = outcome {
                builds[key]?.job = job
                // It may have ended between the answer and this line.
                await look([job])
            } else {
                finish(key, .success(outcome))
            }
        } catch {
            finish(key, .failure(error))
        }
    }

    /// Looks how the awaited jobs among `jobs` stand; with `nil`, all.
    private func look(_ jobs: [Int]?) async {
        let awaited = builds.compactMap { key, build in build.job.map { ($0, key) } }
        let asked = awaited.filter { jobs?.contains($0.0) ?? true }
        guard !asked.isEmpty else { return }
        do {
            let outcomes = try await queue.outcomes(asked.map(\.0))
            for (job, key) in asked {
                switch outcomes[job] {
                case .waiting: break
                case let outcome?: finish(key, .success(outcome))
                case nil: finish(key, .success(.cancelled(job: job)))
                }
            }
        } catch {
            // The next poll asks again; those who wait have their own limit.
            logger.warning("cannot look at jobs", metadata: ["error": "\(error)"])
        }
    }

    private func finish(_ key: Digest, _ result: Result<BuildOutcome, any Error>) {
        guard let build = builds.removeValue(forKey: key) else { return }
        for continuation in build.waiting.values { continuation.resume(with: result) }
    }

    private func leave(_ key: Digest, _ waiter: Int) {
        guard let continuation = builds[key]?.waiting.removeValue(forKey: waiter) else { return }
        continuation.resume(throwing: CancellationError())
        if builds[key]?.waiting.isEmpty == true { builds[key] = nil }
    }
}
