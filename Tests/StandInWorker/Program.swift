import Foundation
import ObjectStorage
import Operations
import Postgres
import Queue
import ServiceLifecycle
import StandIn

/// A worker process for tests to kill: `stand-in-worker ID STORE PHASE [LONGEST]`, with the milliseconds that a phase takes at most. When a build reaches the phase it says so and waits for a line of
/// standard input; at its end the process ends, too. If the build is stopped meanwhile it says when, in seconds since 1970. The database is
/// DATABASE_URL's, the times are those of the environment.
@main
enum Program {
    static func main() async throws {
        let arguments = CommandLine.arguments
        let lines = Lines()
        let store = try DirectoryStore(root: arguments[2])
        let longest = Duration.milliseconds(arguments.count > 4 ? Int(arguments[4]) ?? 1 : 1)
        let builder = StandInBuilder(store: store, seed: 1, longest: longest) { phase in
            guard phase == arguments[3] else { return }
            try say("at \(phase)")
            await lines.next()
            if Task.isCancelled { try say("stopped \(Date().timeIntervalSince1970)") }
        }
        let worker = try StandInWorker(
            id: arguments[1], database: PostgresConfiguration(), store: store, times: QueueTimes(Settings(ProcessEnvironment.value)),
            builder: builder, heedsSignals: true)
        try await worker.group.run()
    }

    private static func say(_ line: String) throws { try FileHandle.standardOutput.write(contentsOf: Data("\(line)\n".utf8)) }
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
