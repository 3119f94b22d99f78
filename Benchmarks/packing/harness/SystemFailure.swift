import Glibc

/// A system call that failed.
struct SystemFailure: Error, CustomStringConvertible {
    let description: String

    init(_ call: String, _ code: Int32) {
        description = "\(call) failed: \(unsafe strerror(code).map { unsafe String(cString: $0) } ?? "?")"
    }
}
