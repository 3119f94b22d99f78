import Glibc
import HTTP
import TestSupport
import Testing

@Suite struct ClientTests {
    let client = HTTPClient()

    @Test(arguments: ["GET", "HEAD", "DELETE", "POST", "PUT"])
    func sendsEachMethodWithoutABody(method: String) async throws {
        let server = try StubServer { _ in StubAnswer(200, headers: [("X-Twice", " a "), ("x-twice", "b")], text: "fine") }
        let answer = try await client.send(HTTPRequest(method, server.url + "/a?b=c", headers: ["X-Own": "1", "X-Empty": ""]))
        #expect(answer.status == 200)
        #expect(answer.text == (method == "HEAD" ? "" : "fine"))
        #expect(answer.headers["X-TWICE"] == "a")
        let request = try #require(server.requests.first)
        #expect(request.method == method)
        #expect(request.target == "/a?b=c")
        #expect(request["X-Own"] == "1")
        #expect(request["X-Empty"]?.isEmpty == true)
        #expect(request["Expect"] == nil)
        #expect(request["Content-Length"] == (method == "POST" || method == "PUT" ? "0" : nil))
        #expect(request["Transfer-Encoding"] == nil)
    }

    @Test(arguments: [1, 100_000, 5_000_000])
    func sendsBytesFilesAndStreams(size: Int) async throws {
        let server = try StubServer { StubAnswer(200, body: $0.body) }
        let bytes = pattern(size)
        let file = try temporaryFile([9, 9] + bytes + [9])
        let pieces = Sequenced(stride(from: 0, to: size, by: 70_001).map { Array(bytes[$0..<min($0 + 70_001, size)]) })
        let bodies: [HTTPBody] = [
            .bytes(bytes), .file(file, offset: 2, length: Int64(size)), .stream(length: Int64(size), next: { pieces.next() }),
        ]
        for body in bodies {
            let answer = try await client.send(HTTPRequest("PUT", server.url, body: body), limit: size)
            #expect(answer.body == bytes)
        }
        #expect(server.requests.allSatisfy { $0["Content-Length"] == String(size) })
    }

    @Test func usesAConnectionAgain() async throws {
        let server = try StubServer { _ in StubAnswer(200, text: "fine") }
        for _ in 0..<5 { _ = try await client.send(HTTPRequest("GET", server.url)) }
        #expect(server.connections == 1)
    }

    @Test func sendsManyAtOnceButNotTooMany() async throws {
        let client = HTTPClient(settings: HTTPSettings(concurrency: 3))
        let server = try StubServer { StubAnswer(200, text: $0.target) }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<40 {
                group.addTask { try await client.send(HTTPRequest("GET", server.url + "/\(index)")).text == "/\(index)" }
            }
            for try await isRight in group { #expect(isRight) }
        }
        #expect(server.connections <= 3)
    }

    @Test func refusesAnAnswerThatIsTooLarge() async throws {
        let server = try StubServer { _ in StubAnswer(200, body: pattern(100_001)) }
        let error = await #expect(throws: HTTPError.self) { try await client.send(HTTPRequest("GET", server.url), limit: 100_000) }
        #expect(error?.kind == .tooLarge)
        #expect(error?.isTransient == false)
    }

    @Test func holdsTheServerUpWhileNobodyReads() async throws {
        let size = 128 << 20
        let large = try StubServer { _ in StubAnswer(200, body: [UInt8](repeating: 7, count: size)) }
        let small = try StubServer { _ in StubAnswer(200) }
        let (received, early) = try await client.send(HTTPRequest("GET", large.url)) { _, body in
            var received = 0
            var early = 0
            for try await piece in body {
                received += piece.count
                guard early == 0 else { continue }
                // The same thread carries these; one that is not held up would take in all of the large answer beside them.
                for _ in 0..<300 { _ = try await client.send(HTTPRequest("GET", small.url)) }
                early = large.sentBytes
            }
            return (received, early)
        }
        #expect(received == size)
        // What the system's own buffers hold, and the client's half MiB.
        #expect(early < 32 << 20)
    }

    @Test func anUnreadAnswerIsBrokenOff() async throws {
        let server = try StubServer { _ in StubAnswer(200, body: [UInt8](repeating: 7, count: 32 << 20)) }
        let status = try await client.send(HTTPRequest("GET", server.url)) { head, _ in head.status }
        #expect(status == 200)
    }

    @Test(arguments: ["ftp://localhost/", "localhost", "", "http://user:secret@127.0.0.1/", "http://[::1"])
    func refusesWhatIsNoAddress(url: String) async {
        let error = await #expect(throws: HTTPError.self) { try await client.send(HTTPRequest("GET", url)) }
        #expect(error?.kind == .invalidRequest)
        #expect(error?.description.contains("secret") == false)
    }

    @Test(arguments: ["a\r\nX-Evil: 1", "a\nb"])
    func refusesAHeaderThatWouldBeTwo(value: String) async {
        let error = await #expect(throws: HTTPError.self) {
            try await client.send(HTTPRequest("GET", "http://127.0.0.1:1/", headers: ["X-Own": value]))
        }
        #expect(error?.kind == .invalidRequest)
    }
}

/// A file without a name.
func temporaryFile(_ bytes: [UInt8]) throws -> OpenFile {
    let descriptor = unsafe open("/tmp", 0o20000000 | O_DIRECTORY | O_RDWR | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0)
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        try #require(count > 0)
        rest = rest.dropFirst(count)
    }
    return OpenFile(owning: descriptor)
}
