private import Foundation

/// A program that a test talks with by lines, and sends signals. It is killed with its last user.
package final class PipedProcess: Sendable {
    private let process: ChildProcess.Piped

    /// - Parameter environment: variables besides those of this process.
    package init(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        process = try ChildProcess.spawnWithPipes(
            "/usr/bin/env", environment.map { "\($0.key)=\($0.value)" } + [program] + arguments)
    }

    deinit {
        kill(process.pid, SIGKILL)
        close(process.input)
        close(process.output)
        ChildProcess.wait(process.pid)
    }

    package enum Signal: Sendable { case kill, halt, goOn, terminate }

    package func send(_ signal: Signal) {
        let number =
            switch signal {
            case .kill: SIGKILL
            case .halt: SIGSTOP
            case .goOn: SIGCONT
            case .terminate: SIGTERM
            }
        kill(process.pid, number)
    }

    /// The next line that it prints, to standard output or error. Empty at the end, and when there is none for a minute: the thread that
    /// waits for it heeds no time limit of a test.
    package func line() async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.nextLine()) }
        }
    }

    private func nextLine() -> String {
        var output = pollfd(fd: process.output, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&output, 1, 60_000) > 0 ? ChildProcess.readToNewlineOrEnd(process.output) : ""
    }

    /// Gives it an empty line.
    package func goOn() { _ = unsafe write(process.input, "\n", 1) }
}
