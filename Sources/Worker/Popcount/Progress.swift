import Glibc
import Synchronization

/// How far a long reading has come, on standard error: a bar on a terminal, else a line at each tenth.
final class Progress: Sendable {
    private struct State {
        var done = 0
        var shown = ContinuousClock.now - .seconds(1)
        var shownTenth = 0
    }

    private let total: Int
    private let already: Int
    private let start = ContinuousClock.now
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let state: Mutex<State>

    /// - Parameter already: of the total what was there before.
    init(total: Int, already: Int) {
        self.total = total
        self.already = already
        state = Mutex(State(done: already, shownTenth: total > 0 ? already * 10 / total : 10))
    }

    func advance() {
        state.withLock { state in
            state.done += 1
            if isTerminal {
                let now = ContinuousClock.now
                guard now - state.shown > .milliseconds(100) || state.done == total else { return }
                state.shown = now
                Self.write("\r\u{1b}[K" + bar(state.done, after: now - start))
            } else if state.done * 10 / total > state.shownTenth {
                state.shownTenth = state.done * 10 / total
                Self.write("\(state.done) of \(total)\n")
            }
        }
    }

    func finish() {
        if isTerminal { Self.write("\r\u{1b}[K") }
    }

    static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private func bar(_ done: Int, after elapsed: Duration) -> String {
        let width = 30
        let filled = done * width / total
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
        let rate = Double(done - already) / max(elapsed / .seconds(1), 0.001)
        let left = rate > 0 ? ", \(Self.time(Double(total - done) / rate)) left" : ""
        return "[\(bar)] \(done * 100 / total) %  \(done) of \(total), \(Int(rate)) a second\(left)"
    }

    private static func time(_ seconds: Double) -> String {
        seconds < 90 ? "\(Int(seconds)) s" : "\(Int((seconds / 60).rounded())) min"
    }
}
