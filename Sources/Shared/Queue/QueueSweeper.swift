package import Logging
import ServiceLifecycle

/// Sweeps the queue now and then, until the graceful shutdown. Every process of the farm runs one, so a queue without workers is swept too.
package struct QueueSweeper: Service {
    private let queue: JobQueue
    /// How long ended jobs are kept.
    private let keep: Duration
    private let logger: Logger

    package init(queue: JobQueue, keep: Duration, logger: Logger) {
        self.queue = queue
        self.keep = keep
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var nextPruning = ContinuousClock.now
            while !Task.isCancelled {
                do {
                    try await queue.sweep()
                    if ContinuousClock.now >= nextPruning {
                        // A full batch: there is more, so the next round prunes again.
                        let removed = try await queue.prune(keep: keep)
                        if removed == 0 { nextPruning = .now + .seconds(600) }
                    }
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("cannot sweep the queue", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: queue.times.reap * Double.random(in: 0.9...1.1))
            }
        }
    }
}
