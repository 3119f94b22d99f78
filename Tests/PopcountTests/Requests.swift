import Synchronization

/// What a server was asked for, from any thread.
final class Requests: Sendable {
    private let files = Mutex<[String]>([])

    var all: [String] { files.withLock { $0 } }

    /// - Returns: how many there were before.
    func add(_ file: String) -> Int {
        files.withLock { files in
            files.append(file)
            return files.count - 1
        }
    }
}
