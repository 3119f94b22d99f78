import HTTP
import Hashing
import ObjectStorage
import Synchronization
import TestSupport
import Testing

/// Each fault by itself, at each place of an upload, and then many at random; after each the store has the right bytes or has refused in words.
@Suite(.serialized) struct FaultTests {
    /// A fault, and how often it is done before all is well.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let fault: StubFault
        var times = 1
        var testDescription: String { name }
        var limits: HTTPLimits { name.contains("stalled") ? shortLimits : HTTPLimits() }
    }

    static let cases = [
        Case(name: "reset at the start", fault: .reset(afterBodyBytes: 0), times: 2),
        Case(name: "reset in the middle", fault: .reset(afterBodyBytes: 300_000), times: 2),
        Case(name: "reset at the last byte", fault: .reset(afterBodyBytes: 524_287), times: 2),
        Case(name: "reset after the last byte", fault: .reset(afterBodyBytes: 524_288), times: 2),
        Case(name: "committed, answer lost", fault: .loseAnswer), Case(name: "committed, answer cut", fault: .cutAnswer(afterBytes: 30)),
        Case(name: "stalled in the middle", fault: .stall(afterBodyBytes: 100_000)), Case(name: "answer stalled", fault: .stallAnswer),
        Case(name: "408", fault: .answer(StubAnswer(408))),
        Case(name: "429", fault: .answer(StubAnswer(429, headers: [("Retry-After", "7")]))),
        Case(name: "500", fault: .answer(StubAnswer(500))), Case(name: "502", fault: .answer(StubAnswer(502, text: "<html>"))),
        Case(name: "503", fault: .answer(StubAnswer(503)), times: 4), Case(name: "504", fault: .answer(StubAnswer(504))),
    ]

    /// Small and large, so that each kind of upload meets each fault.
    static let sizes = [100_000, 700_000]

    /// Faults for requests that write, until they are used up.
    private static func plan(_ fault: Case, _ isMeant: @escaping @Sendable (StubRequest) -> Bool) -> (Counter, StubServer.Fault) {
        let count = Counter()
        return (
            count,
            { request in
                guard isMeant(request), count.value < fault.times else { return nil }
                count.add()
                return fault.fault
            }
        )
    }

    @Test(arguments: cases, sizes)
    func google(fault: Case, size: Int) async throws {
        let (count, plan) = Self.plan(fault) { $0.method == (size > 262_144 ? "PUT" : "POST") }
        let bench = try GoogleBench(limits: fault.limits, fault: plan)
        let bytes = pattern(size)
        let digest = try await bench.store.store(bytes)
        #expect(bench.fake.object("layers/\(digest.hex)")?.bytes == bytes)
        #expect(bench.fake.names == ["layers/\(digest.hex)"])
        #expect(count.value == fault.times)
    }

    @Test(arguments: cases)
    func googleAtTheBeginningOfASession(fault: Case) async throws {
        let (count, plan) = Self.plan(fault) { $0.method == "POST" }
        let bench = try GoogleBench(limits: fault.limits, fault: plan)
        let digest = try await bench.store.store(pattern(700_000))
        #expect(bench.fake.object("layers/\(digest.hex)")?.bytes == pattern(700_000))
        #expect(count.value == fault.times)
    }

    @Test(arguments: cases, sizes)
    func s3(fault: Case, size: Int) async throws {
        let (count, plan) = Self.plan(fault) { $0.method == "PUT" }
        let bench = try S3Bench(limits: fault.limits, fault: plan)
        let digest = try await bench.store.store(pattern(size))
        #expect(bench.fake.object("layers/\(digest.hex)") == pattern(size))
        #expect(bench.fake.state.withLock { $0.uploads.isEmpty })
        #expect(count.value == fault.times)
    }

    @Test(arguments: cases)
    func s3AtTheCompletion(fault: Case) async throws {
        let (count, plan) = Self.plan(fault) { $0.method == "POST" && $0.query["uploadId"] != nil }
        let bench = try S3Bench(limits: fault.limits, fault: plan)
        let digest = try await bench.store.store(pattern(700_000))
        #expect(bench.fake.object("layers/\(digest.hex)") == pattern(700_000))
        #expect(count.value == fault.times)
    }

    @Test(arguments: [1, 2, 3])
    func sessionsThatExpire(count: Int) async throws {
        let bench = try GoogleBench()
        bench.fake.state.withLock { $0.expiries = count }
        let digest = try await bench.store.store(pattern(700_000))
        #expect(bench.fake.object("layers/\(digest.hex)")?.bytes == pattern(700_000))
        bench.fake.state.withLock { $0.expiries = 100 }
        let error = await message { try await bench.store.store(pattern(700_000, seed: 2)) }
        #expect(error.contains("session") && error.contains("gs://bucket/layers/"))
    }

    @Test func aStoreThatIsDownForGood() async throws {
        let google = try GoogleBench(fault: { _ in .answer(FakeGoogle.error(503, "We encountered an internal error. Please try again.")) })
        for size in Self.sizes {
            let error = await message { try await google.store.store(pattern(size)) }
            #expect(error.contains("503") && error.contains("gs://bucket/layers/") && error.contains("Please try again"))
        }
        #expect(google.server.requests.count == 8 * 2)
        let s3 = try S3Bench(fault: { $0.method == "HEAD" ? nil : .answer(FakeS3.error(503, "SlowDown")) })
        let error = await message { try await s3.store.store(pattern(1000)) }
        #expect(error.contains("503") && error.contains("SlowDown"))
    }

    @Test func aStoreThatIsOutOfReach() async throws {
        let bench = try GoogleBench(fault: { _ in .reset(afterBodyBytes: 0) })
        let error = await message { try await bench.store.store(pattern(1000)) }
        #expect(error.contains("gs://bucket/layers/") && error.contains("127.0.0.1:"))
        #expect(bench.server.requests.count >= 8)
    }

    @Test func aServersWishForAPauseIsFollowed() async throws {
        let pauses = Mutex<[Duration]>([])
        let (_, plan) = Self.plan(Case(name: "429", fault: .answer(StubAnswer(429, headers: [("Retry-After", "7")])), times: 2)) { _ in true
        }
        let retry = RetryPolicy(sleep: { pause in pauses.withLock { $0.append(pause) } }, random: { 0 })
        let bench = try GoogleBench(retry: retry, fault: plan)
        try await bench.store.store([1])
        #expect(pauses.withLock { $0 } == [.seconds(7), .seconds(7)])
    }

    @Test func readsAndListsAreTriedAgain() async throws {
        let (count, plan) = Self.plan(Case(name: "503", fault: .answer(StubAnswer(503)), times: 3)) {
            $0.method == "GET" || $0.method == "DELETE"
        }
        let bench = try GoogleBench(fault: plan)
        let digest = try await bench.store.store([1, 2, 3])
        #expect(try await bench.store.get(.blob(digest), limit: 3) == [1, 2, 3])
        #expect(count.value == 3)
    }
}
