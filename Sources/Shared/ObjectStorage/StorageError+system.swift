private import Glibc

extension StorageError {
    /// What the last system call said of a path.
    package static func lastSystemError(_ path: String, action: String) -> StorageError {
        .directory(path, action: action, reason: lastReason())
    }

    /// What the last system call said.
    static func lastReason() -> String {
        let code = errno
        return unsafe strerror(code).map { text in unsafe String(cString: text) } ?? "error \(code)"
    }
}
