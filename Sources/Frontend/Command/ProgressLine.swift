import Glibc

/// One line of progress that is written over, where standard error is a terminal; nothing elsewhere.
struct ProgressLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1

    func show(_ text: String) { write("\r\u{1b}[K\(text)") }
    func clear() { write("\r\u{1b}[K") }

    private func write(_ text: String) {
        guard isTerminal else { return }
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
