import Assembly
import Glibc
import Pipeline
import Synchronization

/// Shows a build on the terminal: one line that changes, or one line a phase where standard error is no terminal.
final class TerminalObserver: BuildObserver {
    private let last = Mutex("")
    private let isTerminal = isatty(STDERR_FILENO) == 1

    func phase(_ phase: BuildPhase, done: Int, total: Int) {
        let line = total > 0 && isTerminal ? "\(phase.rawValue) \(done)/\(total)" : phase.rawValue
        last.withLock { last in
            guard line != last else { return }
            last = line
            write(isTerminal ? "\r\u{1b}[K\(line)" : line + "\n")
        }
    }

    func log(_ line: String) {
        last.withLock { last in write(isTerminal ? "\r\u{1b}[K\(line)\n\(last)" : line + "\n") }
    }

    func finish() {
        if isTerminal { write("\r\u{1b}[K") }
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
