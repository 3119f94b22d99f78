import Hashing
package import Logging
package import Postgres
package import Queue
import Registry
import ServiceLifecycle

/// Those who wait for builds on this frontend. However many ask for one recipe, the database is asked once and one row says that somebody
/// waits; a client that goes away ends its wait and nobody else's. A waiting client costs no thread, no task of its own, no connection and
/// no query.
///
/// The asking is done by ``run()``, not by a client's task, so it does not depend on any client's staying.
package actor BuildWaiters: Service {
    private typealias Continuation = CheckedContinuation<BuildOutcome?, any Error>

    private struct Build {
        let request: BuildRequest
        var job: Int?
        var waiting: [Int: Continuation] = [:]
    }

    private enum Event: Sendable {
        case ask(Digest)
        case look([Int]?)
        case left(job: Int)
    }

    private let frontend: FrontendIdentity
    private let queue: JobQueue
    private let listener: PostgresListener
    /// How long one request waits.
    private let wait: Duration
    private let logger: Logger
    private var builds: [Digest: Build] = [:]
    private var lastWaiter = 0
    /// Every wait is equally long, so they end in the order in which they began.
    private var ends: [(at: ContinuousClock.Instant, key: Digest, waiter: Int)] = []
    private var firstEnd = 0
    private var isStopping = false
    private let events: AsyncStream<Event>
    private let eventSink: AsyncStream<Event>.Continuation

    package init(frontend: FrontendIdentity, queue: JobQueue, listener: PostgresListener, wait: Duration, logger: Logger) {
        self.frontend = frontend
        self.queue = queue
        self.listener = listener
        self.wait = wait
        self.logger = logger
        (events, eventSink) = AsyncStream.makeStream()
    }

    /// How many clients wait now.
    package var count: Int { builds.values.reduce(0) { $0 + $1.waiting.count } }

    /// The jobs that they wait for.
    package var jobs: Set<Int> { Set(builds.values.compactMap(\.job)) }

    /// Waits until the build has ended.
    /// - Returns: its end; `.waiting` when the wait was over first or the frontend is being stopped; `nil` if even the job was not made by then.
    package func outcome(_ request: BuildRequest) async throws -> BuildOutcome? {
        lastWaiter += 1
        let waiter = lastWaiter
        let key = request.key
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                guard !isStopping else { return continuation.resume(returning: nil) }
                if builds[key] == nil {
                    builds[key] = Build(request: request)
                    eventSink.yield(.ask(key))
                }
                builds[key]?.waiting[waiter] = continuation
                ends.append((.now + wait, key, waiter))
            }
        } onCancel: {
            Task { await self.end(key, waiter, .failure(CancellationError())) }
        }
    }

    /// Serves those who wait until the graceful shutdown; then they are handed on, each with where its build stands.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.every(min(self.wait / 20, .milliseconds(250))) { await self.endWaits() } }
                // A waiter's row names the frontend's.
                await self.untilRegistered()
                group.addTask { await self.every(self.queue.times.heartbeat) { await self.beat() } }
                group.addTask { await self.every(self.queue.times.poll) { self.eventSink.yield(.look(nil)) } }
                group.addTask { await self.listen() }
                for await event in self.events {
                    group.addTask { await self.handle(event) }
                }
                group.cancelAll()
            }
        }
        isStopping = true
        handOn()
        await Task { [queue, frontend] in try? await queue.unregister(frontend) }.value
    }

    /// Ends every wait now, each with where its build stands.
    package func handOn() {
        for (key, build) in builds {
            finish(key, .success(build.job.map { .waiting(job: $0) }))
            if let job = build.job { eventSink.yield(.left(job: job)) }
        }
    }

    private func handle(_ event: Event) async {
        switch event {
        case .ask(let key): await ask(key)
        case .look(let jobs): await look(jobs)
        case .left(let job): await leave(job)
        }
    }

    private func untilRegistered() async {
        while !Task.isCancelled {
            do {
                return try await queue.register(frontend)
            } catch {
                logger.warning("cannot register this frontend", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: queue.times.poll)
            }
        }
    }

    private func beat() async {
        do {
            try await queue.heartbeat(frontend)
        } catch is CancellationError {
            // It is being stopped.
        } catch {
            logger.warning("heartbeat failed", metadata: ["error": "\(error)"])
        }
    }

    private nonisolated func every(_ interval: Duration, _ body: @Sendable () async -> Void) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: interval * Double.random(in: 0.9...1.1))
            await body()
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
            let outcome = try await queue.request(build.request, waiter: frontend.id)
            guard case .waiting(let job) = outcome else { return finish(key, .success(outcome)) }
            // All may have left while the database was asked.
            guard builds[key] != nil else { return await leave(job) }
            builds[key]?.job = job
            // It may have ended between the answer and this line.
            await look([job])
        } catch is CancellationError {
            // This frontend is being stopped, which hands on whoever waits.
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
            for (job, key) in asked where builds[key]?.job == job {
                switch outcomes[job] {
                case .waiting: break
                case .cancelled(_, JobQueue.unwantedReason):
                    // It was given up in the moment in which somebody came.
                    builds[key]?.job = nil
                    eventSink.yield(.ask(key))
                case let outcome?: finish(key, .success(outcome))
                case nil: finish(key, .success(.cancelled(job: job, reason: "its row was removed")))
                }
            }
        } catch {
            // The next poll asks again; those who wait have their own limit.
            logger.warning("cannot look at jobs", metadata: ["error": "\(error)"])
        }
    }

    private func finish(_ key: Digest, _ result: Result<BuildOutcome?, any Error>) {
        guard let build = builds.removeValue(forKey: key) else { return }
        for continuation in build.waiting.values { continuation.resume(with: result) }
    }

    /// Ends the waits whose time has come.
    private func endWaits() {
        let now = ContinuousClock.now
        while firstEnd < ends.count, ends[firstEnd].at <= now {
            let (_, key, waiter) = ends[firstEnd]
            firstEnd += 1
            end(key, waiter, .success(builds[key]?.job.map { .waiting(job: $0) }))
        }
        guard firstEnd > ends.count / 2 else { return }
        ends.removeFirst(firstEnd)
        firstEnd = 0
    }

    private func end(_ key: Digest, _ waiter: Int, _ result: Result<BuildOutcome?, any Error>) {
        guard let continuation = builds[key]?.waiting.removeValue(forKey: waiter) else { return }
        continuation.resume(with: result)
        guard let build = builds[key], build.waiting.isEmpty else { return }
        builds[key] = nil
        if let job = build.job { eventSink.yield(.left(job: job)) }
    }

    /// The last has left, unless somebody has come again meanwhile.
    private func leave(_ job: Int) async {
        guard !builds.values.contains(where: { $0.job == job }) else { return }
        do {
            try await queue.leave(job, waiter: frontend.id)
        } catch {
            logger.warning("cannot leave a job", metadata: ["job": "\(job)", "error": "\(error)"])
        }
    }
}
