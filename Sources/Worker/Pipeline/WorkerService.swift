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
    private let makeImage: ImageMaker
    /// How long running jobs may go on once the worker was told to stop.
    private let drain: Duration
    private let logger: Logger
    private let held = HeldJobs()
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    package init(
        identity: WorkerIdentity, queue: JobQueue, heartbeats: JobQueue, listener: PostgresListener, drain: Duration, logger: Logger,
        makeImage: @escaping ImageMaker
    ) {
        self.identity = identity
        self.queue = queue
        self.heartbeats = heartbeats
        self.listener = listener
        self.drain = drain
        self.logger = logger
        self.makeImage = makeImage
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
                group.addTask { await every(queue.times.heartbeat / 10) { await held.giveUp(confirmedBefore: .now - queue.times.giveUp) } }
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
        var isUnsure = false
        await withDiscardingTaskGroup { group in
            for await _ in wakes {
                let free = identity.slots - (await held.count)
                guard free > 0 else { continue }
                let sent = ContinuousClock.now
                do {
                    if isUnsure { try await queue.giveBack(of: identity.id, except: await held.leases) }
                    isUnsure = false
                    let jobs = try await queue.claim(identity, limit: free)
                    guard ContinuousClock.now - sent < queue.times.giveUp else {
                        logger.warning("the answer to a claim came too late; its jobs go to others", metadata: ["jobs": "\(jobs.count)"])
                        continue
                    }
                    for job in jobs {
                        let signal = await held.begin(job.lease, sent: sent)
                        group.addTask { await run(job, signal) }
                    }
                } catch {
                    isUnsure = true
                    logger.warning("cannot claim", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    private func run(_ job: ClaimedJob, _ signal: StopSignal) async {
        logger.info("job claimed", metadata: ["job": "\(job.lease.job)", "image": "\(job.image)", "attempt": "\(job.attempt)"])
        await JobRun(job: job, queue: queue, logger: logger, makeImage: makeImage).run(signal)
        await held.end(job.lease)
        wake.yield()
    }

    /// Renews the leases. While that fails it is tried more often; that it may hang is why giving up is not its business.
    private func beat() async {
        var pause = queue.times.heartbeat
        while !Task.isCancelled {
            try? await Task.sleep(for: pause)
            do {
                try await renew()
                pause = queue.times.heartbeat
            } catch is CancellationError {
                // It is being stopped.
            } catch {
                pause = queue.times.heartbeat / 10
                logger.warning("heartbeat failed", metadata: ["error": "\(error)"])
            }
        }
    }

    private func renew() async throws {
        let (leases, sent) = (await held.leases, ContinuousClock.now)
        await held.take(try await heartbeats.heartbeat(identity.id, leases), asked: leases, sent: sent)
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
        if await held.count > 0 { try? await renew() }
    }

    private func every(_ interval: Duration, _ body: @Sendable () async -> Void) async {
        while !Task.isCancelled {
            await body()
            try? await Task.sleep(for: interval * Double.random(in: 0.9...1.1))
        }
    }
}
