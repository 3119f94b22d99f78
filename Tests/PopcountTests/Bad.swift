import Synchronization
import TestSupport

/// One file of a cache that is not what it should be; decided once the cache's names are known.
final class Bad: Sendable {
    private let state = Mutex<(file: String, answer: StubAnswer?)?>(nil)

    /// - Parameter answer: `nil`: the file is not there.
    func set(_ file: String, _ answer: StubAnswer?) { state.withLock { $0 = (file, answer) } }

    func answer(_ file: String) -> StubAnswer? {
        state.withLock { state in
            guard let bad = state, bad.file == file else { return nil }
            return bad.answer ?? StubAnswer(404)
        }
    }
}
