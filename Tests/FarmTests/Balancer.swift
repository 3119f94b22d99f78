import HTTP
import TestSupport

/// Stands before frontends that come and go, and does as deploy/haproxy/haproxy.cfg has it: where a connection cannot be made or ends without
/// an answer, it asks another.
actor Balancer {
    private let client = HTTPClient()
    private var ports: [Int] = []
    private var random: SeededGenerator
    /// Answers that sent a client on.
    private(set) var handedOn = 0
    /// Whether clients begin more pulls.
    private(set) var isOpen = true

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    func add(_ port: Int) { ports.append(port) }
    func close() { isOpen = false }
    func remove(_ port: Int) { ports.removeAll { $0 == port } }

    func get(_ path: String) async throws -> Pulls.Answer {
        while true {
            do {
                let address = "http://127.0.0.1:\(port)\(path)"
                let response = try await client.send(HTTPRequest("GET", address))
                if response.status == 307 { handedOn += 1 }
                let next = response.headers["Location"].flatMap { HTTPAddress(address)?.resolving($0) }
                return Pulls.Answer(
                    status: response.status, location: next.map { $0.path + ($0.query.map { "?\($0)" } ?? "") }, body: response.body)
            } catch {
                guard error.kind == .connect || error.kind == .broken else { throw error }
                try await nextTurn()
            }
        }
    }

    /// Waits until a frontend says that it is ready.
    func isReady(_ port: Int) async throws {
        while (try? await client.send(HTTPRequest("GET", "http://127.0.0.1:\(port)/readyz")))?.status != 200 { try await nextTurn() }
    }

    private var port: Int { ports.randomElement(using: &random) ?? 0 }
}
