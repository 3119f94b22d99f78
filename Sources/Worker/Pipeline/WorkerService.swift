package import Logging
package import Postgres
package import Queue
import ServiceLifecycle

/// Claims jobs while slots are free, keeps their leases alive, and stops them when it may no longer hold them.
package struct WorkerService: Service {
    private let identity: WorkerIdentity
    private let queue: JobQueue
    /// On a connection of its own, so that a slow statement never delays a heartbeat.
    private let heartbeats: JobQueue
    private let listener: PostgresListener
    private let builder: ImageBuilder
    /// How long running jobs may go on once the worker was told to stop.
    private let drain: Duration
    private let logger: Logger
    private let held = HeldJobs()
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    package init(
        identity: WorkerIdentity, queue: JobQueue, heartbeats: JobQueue, listener: PostgresListener, builder: ImageBuilder, drain: Duration,
        logger: Logger
    ) {
        self.identity = identity
        self.queue = queue
        self.heartbeats = heartbeats
        self.listener = listener
        self.builder = builder
        self.drain = drain
        self.logger = logger
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Works until the graceful shutdown: then nothing more is claimed, running jobs may go on for a while, and those that are still running
    /// then are given back with their attempt.
    package func run() async throws {
        try await queue.register(identity)
        logger.notice("worker ready", metadata: ["worker": "\(identity.id)", "systems": "\(identity.systems.joined(separator: " "))"])
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await beat() }
                group.addTask { await every(queue.times.poll) { wake.yield() } }
                group.addTask { await listen() }
                await work()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            wake.finish()
            Task {
                _ = try? await queue.carryOut(.drain(worker: identity.id))
                try? await Task.sleep(for: drain)
                await held.stopAll()
            }
        }
        await Task { try? await queue.unregister(identity.id) }.value
    }

    /// Claims whenever there may be work and a slot is free. Ends, after its jobs have, when `wakes` does.
    private func work() async {
        await withDiscardingTaskGroup { group in
            for await _ in wakes {
                let free = identity.slots - (await held.count)
                guard free > 0 else { continue }
                do {
                    for job in try await queue.claim(identity, limit: free) {
                        let signal = await held.begin(job.lease)
                        group.addTask { await run(job, signal) }
                    }
                } catch {
                    logger.warning("cannot claim", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    private func run(_ job: ClaimedJob, _ signal: StopSignal) async {
        logger.info("job claimed", metadata: ["job": "\(job.lease.job)", "image": "\(job.image)", "attempt": "\(job.attempt)"])
        await JobRun(job: job, queue: queue, builder: builder, logger: logger).run(signal)
        await held.end(job.lease)
        wake.yield()
    }

    /// Renews the leases. The time that counts is when the last answered heartbeat was sent, on the monotonic clock.
    private func beat() async {
        var lastSent = ContinuousClock.now
        var pause = queue.times.heartbeat
        while !Task.isCancelled {
            try? await Task.sleep(for: pause)
            let sent = ContinuousClock.now
            let leases = await held.leases
            do {
                let answer = try await heartbeats.heartbeat(identity.id, leases)
                await held.take(answer, asked: leases)
                lastSent = sent
                pause = queue.times.heartbeat
            } catch {
                pause = queue.times.heartbeat / 10
                logger.warning("heartbeat failed", metadata: ["error": "\(error)"])
            }
            if ContinuousClock.now - lastSent > queue.times.giveUp { await held.giveUpAll() }
        }
    }

    private func listen() async {
        for await event in listener.events() {
            if case .notification(JobQueue.controlChannel, _) = event {
                await lookForCancels()
            } else {
                wake.yield()
            }
        }
    }

    /// A heartbeat out of turn, which says which jobs to stop.
    private func lookForCancels() async {
        let leases = await held.leases
        guard !leases.isEmpty, let answer = try? await heartbeats.heartbeat(identity.id, leases) else { return }
        await held.take(answer, asked: leases)
    }

    private func every(_ interval: Duration, _ body: @Sendable () async -> Void) async {
        while !Task.isCancelled {
            await body()
            try? await Task.sleep(for: interval * Double.random(in: 0.9...1.1))
        }
    }
}
