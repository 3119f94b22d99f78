import HTTPTypes
import Hashing
import Hummingbird
import HummingbirdTesting
import Postgres
import Registry
import StandIn
import Synchronization
import TestSupport
import Testing

/// Clients that pull from several frontends as docker does: they follow redirects, and ask nothing twice.
final class Pulls: Sendable {
    /// What came of all pulls of one image.
    struct Outcome {
        var digests: Set<String> = []
        var statuses: [Int: Int] = [:]
        var messages: Set<String> = []
    }

    struct Answer {
        let status: Int
        /// Where it redirects to: a path with its query.
        let location: String?
        let body: [UInt8]
    }

    /// Asks a frontend for a path.
    typealias Ask = @Sendable (_ path: String) async throws -> Answer

    static let tag = String(repeating: "a", count: 40)

    private let frontends: [Ask]
    private let random: Mutex<SeededGenerator>
    private let found = Mutex<[String: Outcome]>([:])

    init(_ frontends: [Ask], seed: UInt64) {
        self.frontends = frontends
        random = Mutex(SeededGenerator(seed: seed &+ 1))
    }

    convenience init(_ frontends: [any TestClientProtocol], seed: UInt64) {
        self.init(
            frontends.map { frontend in
                { path in
                    let response = try await frontend.execute(uri: path, method: .get) { $0 }
                    return Answer(
                        status: response.status.code, location: response.headers[.location], body: Array(response.body.readableBytesView))
                }
            }, seed: seed)
    }

    var outcomes: [String: Outcome] { found.withLock { $0 } }

    /// Pulls that no frontend took.
    var refused: Int { outcomes.values.reduce(0) { $0 + $1.statuses.filter { $0.key >= 429 }.reduce(0) { $0 + $1.value } } }

    /// Pulls `count` images, chosen from `names` at random.
    func pull(_ count: Int, of names: [String]) async throws {
        for _ in 0..<count { try await pull(random.withLock { names.randomElement(using: &$0) } ?? names[0]) }
    }

    func pull(_ name: String) async throws {
        var path = "/v2/\(name)/manifests/\(Self.tag)"
        while true {
            let answer = try await anyFrontend(path)
            if answer.status == 307, let next = answer.location {
                path = next
                continue
            }
            found.withLock { found in
                found[name, default: Outcome()].statuses[answer.status, default: 0] += 1
                if answer.status == 200 {
                    found[name]?.digests.insert((try? SHA256.digest(of: answer.body).description) ?? "")
                } else {
                    found[name]?.messages.insert(String(decoding: answer.body, as: UTF8.self))
                }
            }
            return
        }
    }

    private var anyFrontend: Ask { frontends[random.withLock { Int.random(in: 0..<frontends.count, using: &$0) }] }
}

extension FarmFixture {
    /// What holds after every fault: every pull ended in one and the same manifest or in its recorded error, everything was published once,
    /// nothing is held by the dead, and nothing was built twice at the same time.
    /// - Parameter good: how many images can be built, all of which were pulled by now.
    func expectNothingLost(_ pulls: Pulls, good: Int, refusedAllowed: Bool, _ comment: Comment) async throws {
        for (name, outcome) in pulls.outcomes {
            let taken = outcome.statuses.filter { $0.key < 429 }
            if name.hasPrefix("broken") {
                #expect(Set(taken.keys).isSubset(of: [404]), "\(name): \(outcome.statuses) \(outcome.messages) \(comment)")
            } else {
                #expect(
                    Set(taken.keys) == [200] && outcome.digests.count == 1, "\(name): \(outcome.statuses) \(outcome.messages) \(comment)")
                #expect(
                    try await direct.first("SELECT count(*) AS value FROM farm.manifests WHERE image = $1", [.text(name)]) {
                        try $0.int("value")
                    } == 1)
            }
        }
        if !refusedAllowed { #expect(pulls.refused == 0, "\(pulls.outcomes.values.flatMap(\.messages)) \(comment)") }
        #expect(builder.overlaps == 0, comment)
        #expect(try await value("SELECT count(*)::text AS value FROM farm.cache_keys") == "\(good)", comment)
        // One job published each; the events of an end are written once.
        #expect(try await value("SELECT count(*)::text AS value FROM farm.jobs WHERE state = 'succeeded'") == "\(good)", comment)
        #expect(try await value("SELECT count(*)::text AS value FROM farm.job_events WHERE kind = 'succeeded'") == "\(good)", comment)
        #expect(
            try await value("SELECT string_agg(state || ' ' || image, ',') AS value FROM farm.jobs WHERE state IN ('queued', 'running')")
                == nil,
            comment)
        #expect(
            try await value(
                "SELECT string_agg(fence::text, ',') AS value FROM (SELECT fence FROM farm.job_events WHERE kind = 'claimed' GROUP BY fence HAVING count(*) > 1) twice"
            )
                == nil, comment)
    }
}
