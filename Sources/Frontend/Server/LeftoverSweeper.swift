package import Logging
package import ObjectStorage
import ServiceLifecycle

/// Removes now and then, until the graceful shutdown, what writers that died have left in the store. Every frontend does so: twice is no harm.
package struct LeftoverSweeper: Service {
    /// An upload that takes longer than this is no upload any more.
    private static let age = Duration.seconds(3600)
    private let store: any ObjectStore
    private let interval: Duration
    private let logger: Logger

    package init(store: any ObjectStore, interval: Duration = .seconds(600), logger: Logger) {
        self.store = store
        self.interval = interval
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    let count = try await store.removeLeftovers(olderThan: Self.age)
                    if count > 0 { logger.info("removed what writers left behind", metadata: ["count": "\(count)"]) }
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("cannot remove what writers left behind", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: interval * Double.random(in: 0.9...1.1))
            }
        }
    }
}
