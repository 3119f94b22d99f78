import Foundation
import ObjectStorage
import Operations
import Postgres
import Queue
import ServiceLifecycle
import StandIn

/// A worker process for tests to kill: `stand-in-worker ID STORE PHASE`. When a build reaches the phase it says so and waits for a line of
/// standard input; at its end the process ends, too. The database is DATABASE_URL's, the times are those of the environment.
@main
enum Program {
    static func main() async throws {
        let arguments = CommandLine.arguments
        let lines = Lines()
        let store = try DirectoryStore(root: arguments[2])
        let builder = StandInBuilder(store: store, seed: 1, longest: .milliseconds(1)) { phase in
            guard phase == arguments[3] else { return }
            try FileHandle.standardOutput.write(contentsOf: Data("at \(phase)\n".utf8))
            await lines.next()
        }
        let worker = try StandInWorker(
            id: arguments[1], database: PostgresConfiguration(), store: store, times: QueueTimes(Settings(ProcessEnvironment.value)),
            builder: builder)
        try await worker.group.run()
    }
}

/// Lines of standard input, read by a thread of their own.
private final class Lines: Sendable {
    private let stream: AsyncStream<Void>

    init() {
        let (stream, sink) = AsyncStream.makeStream(of: Void.self)
        self.stream = stream
        Thread.detachNewThread {
            while readLine() != nil { sink.yield() }
            exit(0)
        }
    }

    func next() async { for await _ in stream { return } }
}
