import Glibc
import HTTP
import TestSupport
import Testing

@Suite struct FailureTests {
    private let client = HTTPClient()

    private func error(_ request: HTTPRequest, _ client: HTTPClient? = nil) async -> HTTPError? {
        await #expect(throws: HTTPError.self) { try await (client ?? self.client).send(request) }
    }

    @Test func aPortWhereNobodyListens() async throws {
        let server = try StubServer { _ in StubAnswer(200) }
        let url = server.url
        _ = consume server
        // The port is free from the moment that the server's thread has closed it.
        var error: HTTPError?
        repeat { error = await self.failure(HTTPRequest("GET", url)) } while error == nil || error?.kind == .broken
        #expect(error?.kind == .connect)
        #expect(error?.isTransient == true)
        #expect(error?.description.hasPrefix("127.0.0.1:") == true)
    }

    private func failure(_ request: HTTPRequest) async -> HTTPError? {
        do throws(HTTPError) {
            _ = try await client.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test func aNameThatIsNotThere() async {
        let error = await error(HTTPRequest("GET", "http://no-such-host.invalid/?X-Goog-Signature=abc"))
        #expect(error?.kind == .resolve)
        #expect(error?.description.contains("no-such-host.invalid") == true)
        #expect(error?.description.contains("abc") == false)
    }

    @Test(arguments: [
        StubFault.reset(afterBodyBytes: 0), .reset(afterBodyBytes: 50_000), .reset(afterBodyBytes: 100_000), .loseAnswer,
        .cutAnswer(afterBytes: 0), .cutAnswer(afterBytes: 20), .cutAnswer(afterBytes: 60),
    ])
    func aConnectionThatBreaks(fault: StubFault) async throws {
        let server = try StubServer(fault: { _ in fault }) { _ in StubAnswer(200, text: "a body of some length that is cut off") }
        let error = await error(HTTPRequest("PUT", server.url, body: .bytes(pattern(100_000))))
        #expect(error?.kind == .broken)
        #expect(error?.isTransient == true)
    }

    @Test(arguments: [StubFault.stall(afterBodyBytes: 10), .stallAnswer])
    func silenceEnds(fault: StubFault) async throws {
        let server = try StubServer(fault: { _ in fault }) { _ in StubAnswer(200) }
        let body = HTTPBody.bytes([UInt8](repeating: 7, count: 30 << 20))
        let request = HTTPRequest("PUT", server.url, body: body, limits: HTTPLimits(silence: .milliseconds(150)))
        let error = await error(request)
        #expect(error?.kind == .silence)
        #expect(error?.isTransient == true)
    }

    @Test func timeInWhichTheSenderHasNothingIsNoSilence() async throws {
        let server = try StubServer { StubAnswer(200, body: $0.body) }
        let stalled = try StubServer(fault: { _ in .stallAnswer }) { _ in StubAnswer(200) }
        let client = client
        let pieces = Sequenced([[1], [2], [3]] as [[UInt8]])
        let limits = HTTPLimits(silence: .milliseconds(60))
        let request = HTTPRequest(
            "PUT", server.url,
            body: .stream(length: 3) {
                // Twice the time of the limit passes, as another request's end tells.
                for _ in 0..<2 { _ = try? await client.send(HTTPRequest("GET", stalled.url, limits: limits)) }
                return pieces.next()
            }, limits: limits)
        #expect(try await client.send(request).body == [1, 2, 3])
    }

    @Test func theWholeTimeIsBounded() async throws {
        let server = try StubServer(fault: { _ in .stallAnswer }) { _ in StubAnswer(200) }
        let error = await error(HTTPRequest("GET", server.url, limits: HTTPLimits(overall: .milliseconds(100))))
        #expect(error?.kind == .overallTimeout)
    }

    @Test func waitingForATurnCountsAsTime() async throws {
        let client = HTTPClient(settings: HTTPSettings(concurrency: 1))
        let server = try StubServer(fault: { _ in .stallAnswer }) { _ in StubAnswer(200) }
        let silence = HTTPLimits(silence: .milliseconds(400))
        let both = HTTPLimits(silence: .milliseconds(400), overall: .milliseconds(100))
        async let first = error(HTTPRequest("GET", server.url, limits: silence), client)
        async let second = error(HTTPRequest("GET", server.url, limits: both), client)
        let kinds = [await first?.kind, await second?.kind]
        #expect(kinds.last == .overallTimeout)
    }

    @Test func aListenerThatNeverAccepts() async throws {
        // A backlog that is full: the system drops what asks for a connection.
        let listener = try FullListener()
        let error = await error(HTTPRequest("GET", "http://127.0.0.1:\(listener.port)/", limits: HTTPLimits(connect: .milliseconds(200))))
        #expect(error?.kind == .connectTimeout)
    }

    @Test func cancellingTheTaskBreaksTheRequestOff() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let server = try StubServer(fault: { _ in
            arrived.yield()
            return .stallAnswer
        }) { _ in StubAnswer(200) }
        let task = Task { await error(HTTPRequest("GET", server.url)) }
        for await _ in arrivals { break }
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
    }

    @Test func aTaskThatIsCancelledAlreadySendsNothingForLong() async throws {
        let server = try StubServer(fault: { _ in .stallAnswer }) { _ in StubAnswer(200) }
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return await error(HTTPRequest("GET", server.url))
        }
        #expect(await task.value?.kind == .cancelled)
    }

    @Test(arguments: ["SMTP ready\r\n", "HTTP/9.9 what\r\n\r\n"])
    func whatIsNotHTTP(answer: String) async throws {
        let listener = try FullListener(answer: answer)
        let error = await error(HTTPRequest("GET", "http://127.0.0.1:\(listener.port)/"))
        #expect(error?.kind == .invalidAnswer || error?.kind == .broken)
    }

    @Test func aBodyThatIsShorterThanItSays() async throws {
        let server = try StubServer { _ in StubAnswer(200) }
        let file = try temporaryFile(pattern(1000))
        for body in [HTTPBody.file(file, offset: 0, length: 2000), .stream(length: 10, next: { nil })] {
            let error = await error(HTTPRequest("PUT", server.url, body: body))
            #expect(error?.kind == .body)
        }
    }

    @Test func aBodyThatCannotBeMade() async throws {
        struct Broken: Error {}
        let server = try StubServer { _ in StubAnswer(200) }
        let error = await error(HTTPRequest("PUT", server.url, body: .stream(length: 10, next: { throw Broken() })))
        #expect(error?.kind == .body)
        #expect(error?.description.contains("Broken") == true)
    }

    @Test func anEarlyAnswerIsAnAnswer() async throws {
        let server = try StubServer(fault: { _ in .answer(StubAnswer(403, text: "no")) }) { _ in StubAnswer(200) }
        let answer = try await client.send(HTTPRequest("PUT", server.url, body: .bytes(pattern(1 << 20))))
        #expect(answer.status == 403)
        #expect(answer.text == "no")
    }
}
