private import Glibc

/// A file that was not read.
package enum BoundedFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name and the value of `errno`.
    case system(String, Int32)
    case tooLarge(String, limit: Int)

    package var description: String {
        switch self {
        case .system(let name, let code): "\(name) cannot be read: \(unsafe String(cString: strerror(code)))"
        case .tooLarge(let name, let limit): "\(name) has more than \(limit >> 20) MiB, which is the limit"
        }
    }
}
