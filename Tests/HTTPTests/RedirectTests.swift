import HTTP
import TestSupport
import Testing

@Suite struct RedirectTests {
    private let client = HTTPClient()
    private let headers: HTTPHeaders = [
        "Authorization": "Bearer secret", "Cookie": "a=b", "X-Amz-Security-Token": "secret", "Accept": "text/*",
    ]

    @Test(arguments: [301, 302, 303, 307, 308])
    func followsWithinAnOriginWithAllHeaders(status: Int) async throws {
        let server = try StubServer { request in
            request.path == "/end" ? StubAnswer(200, text: "there") : StubAnswer(status, headers: [("Location", "/end")])
        }
        let answer = try await client.send(HTTPRequest("GET", server.url + "/begin", headers: headers, redirects: 1))
        #expect(answer.text == "there")
        #expect(server.requests.last?["Authorization"] == "Bearer secret")
    }

    @Test func anotherOriginSeesNothingThatSaysWhoAsks() async throws {
        let other = try StubServer { _ in StubAnswer(200, text: "there") }
        let server = try StubServer { _ in StubAnswer(302, headers: [("Location", other.url + "/x?y=z")]) }
        let answer = try await client.send(HTTPRequest("GET", server.url, headers: headers, redirects: 3))
        #expect(answer.text == "there")
        let request = try #require(other.requests.first)
        #expect(request.target == "/x?y=z")
        #expect(request["Accept"] == "text/*")
        for name in ["Authorization", "Cookie", "X-Amz-Security-Token"] { #expect(request[name] == nil) }
    }

    @Test func withoutLeaveARedirectIsTheAnswer() async throws {
        let server = try StubServer { _ in StubAnswer(302, headers: [("Location", "/again")]) }
        #expect(try await client.send(HTTPRequest("GET", server.url)).status == 302)
        #expect(try await client.send(HTTPRequest("GET", server.url, redirects: 5)).status == 302)
        #expect(server.requests.count == 1 + 6)
    }

    @Test(arguments: ["ftp://127.0.0.1/", "file:///etc/passwd", "http://user:password@127.0.0.1/"])
    func refusesOtherProtocols(location: String) async throws {
        let server = try StubServer { _ in StubAnswer(302, headers: [("Location", location)]) }
        let error = await #expect(throws: HTTPError.self) { try await client.send(HTTPRequest("GET", server.url, redirects: 1)) }
        #expect(error?.kind == .redirect)
    }

    @Test func whatIsSentIsNotSentOn() async throws {
        let server = try StubServer { _ in StubAnswer(307, headers: [("Location", "/other")]) }
        #expect(try await client.send(HTTPRequest("PUT", server.url, body: .bytes([1]), redirects: 1)).status == 307)
    }
}
