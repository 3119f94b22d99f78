private import Glibc

extension StorageError {
    /// What the last system call said of a path.
    package static func lastSystemError(_ path: String, action: String) -> StorageError {
        let code = errno
        let reason = unsafe strerror(code).map { text in unsafe String(cString: text) } ?? "error \(code)"
        return .directory(path, action: action, reason: reason)
    }
}
