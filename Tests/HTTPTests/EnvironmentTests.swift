import HTTP
import TestSupport
import Testing

@Suite struct EnvironmentTests {
    private func settings(_ values: [String: String]) -> HTTPSettings { HTTPSettings(environment: { values[$0] }) }

    @Test func aProxyIsSentTheWholeAddress() async throws {
        let proxy = try StubServer { StubAnswer(200, text: $0.target) }
        let client = HTTPClient(settings: settings(["http_proxy": proxy.url, "no_proxy": "127.0.0.1,.inside.example"]))
        let answer = try await client.send(HTTPRequest("GET", "http://farm.example/a?b=c"))
        #expect(answer.text == "http://farm.example/a?b=c")
        let direct = try StubServer { StubAnswer(200, text: $0.target) }
        #expect(try await client.send(HTTPRequest("GET", direct.url + "/x")).text == "/x")
        let error = await #expect(throws: HTTPError.self) { try await client.send(HTTPRequest("GET", "http://no-such.inside.example/")) }
        #expect(error?.kind == .resolve)
        let own = await #expect(throws: HTTPError.self) {
            try await client.send(HTTPRequest("GET", "http://no-such-host.invalid/", usesProxy: false))
        }
        #expect(own?.kind == .resolve)
    }

    @Test func aProxyThatRefusesATunnelIsNamed() async throws {
        let proxy = try StubServer { _ in StubAnswer(403) }
        let client = HTTPClient(settings: settings(["HTTPS_PROXY": proxy.url]))
        let error = await #expect(throws: HTTPError.self) { try await client.send(HTTPRequest("GET", "https://farm.example/")) }
        #expect(error?.kind == .broken || error?.kind == .connect)
        #expect(proxy.requests.first?.method == "CONNECT")
        #expect(proxy.requests.first?.target == "farm.example:443")
    }

    @Test func variables() {
        #expect(settings(["HTTP_PROXY": "x"]).httpProxy == nil)
        #expect(settings(["all_proxy": "x", "https_proxy": "y"]).httpProxy == "x")
        #expect(settings(["all_proxy": "x", "https_proxy": "y"]).httpsProxy == "y")
        #expect(settings(["SSL_CERT_FILE": "a", "CURL_CA_BUNDLE": ""]).authorities == "a")
        #expect(settings(["SSL_CERT_FILE": "a", "CURL_CA_BUNDLE": "b"]).authorities == "b")
    }

    @Test func certificatesAreVerified() async throws {
        let server = try TLSServer()
        let url = "https://localhost:\(server.port)/"
        let stranger = await #expect(throws: HTTPError.self) { try await HTTPClient().send(HTTPRequest("GET", url)) }
        #expect(stranger?.kind == .tls)
        #expect(stranger?.isTransient == false)
        #expect(stranger?.description.contains("CURL_CA_BUNDLE") == true)

        for variable in ["CURL_CA_BUNDLE", "SSL_CERT_FILE"] {
            let client = HTTPClient(settings: settings([variable: server.certificate]))
            #expect(try await client.send(HTTPRequest("GET", url)).status == 200)
            // The certificate is for the name alone.
            let error = await #expect(throws: HTTPError.self) {
                try await client.send(HTTPRequest("GET", "https://127.0.0.1:\(server.port)/"))
            }
            #expect(error?.kind == .tls)
        }
        let missing = HTTPClient(settings: settings(["CURL_CA_BUNDLE": "/no/such/file"]))
        let error = await #expect(throws: HTTPError.self) { try await missing.send(HTTPRequest("GET", url)) }
        #expect(error?.kind == .local)
        #expect(error?.description.contains("CURL_CA_BUNDLE") == true)
    }

    @Test(arguments: [
        ("http://A.example", "http://a.example/", "http://a.example:80"),
        ("https://a.example:8443/x?y#z", "https://a.example:8443/x?y", "https://a.example:8443"),
        ("http://[::1]:81/%20", "http://[::1]:81/%20", "http://[::1]:81"),
    ])
    func addresses(text: String, description: String, origin: String) {
        let address = HTTPAddress(text)
        #expect(address?.description == description)
        #expect(address?.origin == origin)
    }
}
