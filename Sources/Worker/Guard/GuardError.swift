import Glibc

/// Why the guard itself, not its command, failed.
struct GuardError: Error {
    static let usage = "usage: nixery-guard [--grace SECONDS] [--memory MEBIBYTES] -- COMMAND [ARGUMENT...]"

    let message: String
    let status: Int32

    init(_ message: String, status: Int32 = 125) {
        self.message = message
        self.status = status
    }

    /// A system call failed; the reason is taken from `errno`, so make this right after the call.
    static func system(_ action: String, status: Int32 = 125) -> GuardError {
        let code = errno
        guard let reason = unsafe strerror(code) else { return GuardError("\(action): error \(code)", status: status) }
        return GuardError("\(action): \(unsafe String(cString: reason))", status: status)
    }
}

/// One line on standard error, in one write, so that it does not mix with the command's lines.
func report(_ message: String) {
    let line = Array("nixery-guard: \(message)\n".utf8)
    _ = unsafe line.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
