import Assembly
import Queue
import Synchronization

/// Collects a job's progress and log from any thread and writes them to its row at most once a second.
final class JobReporter: BuildObserver {
    private struct State {
        var phase = BuildPhase.evaluating
        var done = 0
        var total = 0
        var isChanged = true
        var lines: [String] = []
        var bytes = 0
    }

    /// Lines that wait for the next write are dropped beyond this: a builder may print faster than the database takes it.
    private static let mostBytes = 1 << 20
    private let state = Mutex(State())

    func phase(_ phase: BuildPhase, done: Int, total: Int) {
        state.withLock { state in
            state.isChanged = state.isChanged || (phase, done, total) != (state.phase, state.done, state.total)
            (state.phase, state.done, state.total) = (phase, done, total)
        }
    }

    func log(_ line: String) {
        state.withLock { state in
            guard state.bytes < Self.mostBytes else { return }
            state.lines.append(line)
            state.bytes += line.utf8.count + 1
            if state.bytes >= Self.mostBytes { state.lines.append("... (lines left out: too many within a second)") }
        }
    }

    /// Writes what is new.
    func flush(_ queue: JobQueue, _ lease: JobLease) async throws {
        let (taken, text) = state.withLock { state in
            let taken = state
            state.isChanged = false
            state.lines = []
            state.bytes = 0
            return (taken, taken.lines.map { $0 + "\n" }.joined())
        }
        if taken.isChanged { _ = try await queue.progress(lease, phase: taken.phase.rawValue, done: taken.done, total: taken.total) }
        if !text.isEmpty { try await queue.appendLog(lease, text) }
    }
}
