package import Logging
import ServiceLifecycle

/// Writes down once a minute, and at the end, which images were asked for.
package struct AskedWriter: Service {
    private let library: ManifestLibrary
    private let logger: Logger

    package init(library: ManifestLibrary, logger: Logger) {
        self.library = library
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(60))
                guard !Task.isCancelled else { break }
                await write()
            }
        }
        await Task { await write() }.value
    }

    private func write() async {
        do {
            try await library.writeAsked()
        } catch {
            // They count as not asked for; the next pull says so again.
            logger.warning("cannot write which images were asked for", metadata: ["error": "\(error)"])
        }
    }
}
