import HTTP
import Testing

@Suite struct RetryTests {
    @Test func pausesDoubleUpToALimitAndAreRandomFromZero() {
        let longest = RetryPolicy(attempts: 9, first: .seconds(1), limit: .seconds(10), random: { 1 })
        #expect((1...8).map { longest.pause(afterFailures: $0, .soon) } == [1, 2, 4, 8, 10, 10, 10, 10].map { .seconds($0) })
        #expect(longest.pause(afterFailures: 9, .soon) == nil)
        #expect(longest.pause(afterFailures: 1, .never) == nil)
        let none = RetryPolicy(random: { 0 })
        #expect(none.pause(afterFailures: 3, .soon) == .zero)
    }

    @Test func aServersWishCountsUpToACap() {
        let policy = RetryPolicy(first: .seconds(1), retryAfterLimit: .seconds(30), random: { 0.5 })
        #expect(policy.pause(afterFailures: 1, .after(.seconds(7))) == .seconds(7.5))
        #expect(policy.pause(afterFailures: 1, .after(.seconds(7000))) == .seconds(30.5))
    }

    @Test(arguments: [
        (408, RetryAdvice.soon), (429, .soon), (500, .soon), (502, .soon), (503, .soon), (504, .soon), (501, .never), (400, .never),
        (401, .never), (403, .never), (404, .never), (412, .never), (200, .never),
    ])
    func statuses(status: Int, advice: RetryAdvice) {
        #expect(HTTPResponseHead(status: status).retryAdvice == advice)
    }

    @Test(arguments: [
        ("3", RetryAdvice.after(.seconds(3))), ("-3", .soon), ("soon", .soon), ("Sun, 06 Nov 1994 08:50:37 GMT", .after(.seconds(60))),
        ("Sun, 06 Nov 1994 08:00:00 GMT", .after(.zero)), ("99999999999", .after(.seconds(86400))),
    ])
    func retryAfter(text: String, advice: RetryAdvice) {
        let headers: HTTPHeaders = ["Date": "Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After": text]
        #expect(HTTPResponseHead(status: 503, headers: headers).retryAdvice == advice)
    }

    @Test(
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Tue, 29 Feb 2028 23:59:59 GMT", 1_835_481_599),
        ] as [(String, Int64)]
    )
    func dates(text: String, seconds: Int64) { #expect(HTTPDate.seconds(text) == seconds) }

    @Test(arguments: [
        "", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nob 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
    ])
    func whatIsNoDate(text: String) { #expect(HTTPDate.seconds(text) == nil) }

    private struct Failure: RetryableError {
        let retryAdvice: RetryAdvice
    }

    @Test func triesUntilItSucceeds() async throws {
        let pauses = Recorder<Duration>()
        let policy = RetryPolicy(attempts: 4, first: .seconds(1), sleep: { pauses.add($0) }, random: { 1 })
        let failures = Sequenced([Failure(retryAdvice: .soon), Failure(retryAdvice: .after(.seconds(9)))])
        let value = try await policy.run {
            if let failure = failures.next() { throw failure }
            return 7
        }
        #expect(value == 7)
        #expect(pauses.all == [.seconds(1), .seconds(11)])
    }

    @Test func givesUp() async {
        let pauses = Recorder<Duration>()
        let policy = RetryPolicy(attempts: 3, sleep: { pauses.add($0) })
        await #expect(throws: Failure.self) { try await policy.run { throw Failure(retryAdvice: .soon) } }
        #expect(pauses.all.count == 2)
        await #expect(throws: Failure.self) { try await policy.run { throw Failure(retryAdvice: .never) } }
        #expect(pauses.all.count == 2)
        await #expect(throws: CancellationError.self) { try await policy.run { throw CancellationError() } }
        #expect(pauses.all.count == 2)
    }
}
