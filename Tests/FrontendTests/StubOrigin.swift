import Synchronization
import TestSupport

/// A repository over HTTP (Git's "dumb" protocol) that counts how often it is asked, and can fail.
final class StubOrigin: Sendable {
    enum Mood: Sendable {
        case answers(String), failing(Int)
    }

    let server: StubServer
    private let shared: Shared

    /// - Parameter main: the commit of its only branch.
    init(main: String) throws {
        let shared = Shared(.answers(main))
        server = try StubServer { request in
            switch shared.mood.withLock({ $0 }) {
            case .failing(let status): StubAnswer(status, headers: [("WWW-Authenticate", "Basic realm=\"x\"")])
            case .answers(let commit):
                switch request.path {
                case "/set/info/refs": StubAnswer(200, text: "\(commit)\trefs/heads/main\n")
                case "/set/HEAD": StubAnswer(200, text: "ref: refs/heads/main\n")
                default: StubAnswer(404)
                }
            }
        }
        self.shared = shared
    }

    private final class Shared: Sendable {
        let mood: Mutex<Mood>
        init(_ mood: Mood) { self.mood = Mutex(mood) }
    }

    func set(_ mood: Mood) { shared.mood.withLock { $0 = mood } }

    var url: String { "http://user:secret@127.0.0.1:\(server.port)/set" }
    /// How often it was asked for its names.
    var asked: Int { server.requests.count { $0.path == "/set/info/refs" } }
}
