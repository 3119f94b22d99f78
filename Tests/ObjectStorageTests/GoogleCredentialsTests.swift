import Foundation
import HTTP
import Hashing
import ObjectStorage
import Synchronization
import TestSupport
import Testing

@Suite struct GoogleCredentialsTests {
    /// A service account's key file, with a key made for it.
    private struct KeyFile {
        let path: String
        let publicKey: String
        let directory: String

        init(tokenURL: String) throws {
            directory = try TestProcess.temporaryDirectory()
            let key = directory + "/key.pem"
            publicKey = directory + "/public.pem"
            try TestProcess.run("openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key)
            try TestProcess.run("openssl", "pkey", "-in", key, "-pubout", "-out", publicKey)
            let content = [
                "type": "service_account", "client_email": "farm@project.iam.gserviceaccount.com", "private_key_id": "key-1",
                "private_key": try String(contentsOfFile: key, encoding: .utf8), "token_uri": tokenURL,
            ]
            path = directory + "/account.json"
            try JSONEncoder().encode(content).write(to: URL(fileURLWithPath: path))
        }

        func verifies(_ signature: [UInt8], of text: String) throws -> Bool {
            try Data(text.utf8).write(to: URL(fileURLWithPath: directory + "/text"))
            try Data(signature).write(to: URL(fileURLWithPath: directory + "/signature"))
            let printed = try TestProcess.output([
                "openssl", "dgst", "-sha256", "-verify", publicKey, "-signature", directory + "/signature", directory + "/text",
            ])
            return printed.contains("Verified OK")
        }
    }

    private func credentials(_ environment: [String: String]) throws -> GoogleCredentials {
        try GoogleCredentials(environment: { environment[$0] }, isEmulated: false)
    }

    private static func grant(_ token: String, seconds: Int = 3600) -> StubAnswer {
        StubAnswer(200, text: "{\"access_token\": \"\(token)\", \"expires_in\": \(seconds), \"token_type\": \"Bearer\"}")
    }

    @Test func aServiceAccountIsGrantedATokenForASignedClaim() async throws {
        let server = try StubServer { _ in Self.grant("good") }
        let file = try KeyFile(tokenURL: server.url + "/token")
        let bench = try GoogleBench(credentials: try credentials(["GOOGLE_APPLICATION_CREDENTIALS": file.path]))
        bench.fake.state.withLock { $0.token = "good" }
        try await bench.store.store(pattern(700_000))

        let request = try #require(server.requests.first)
        #expect(server.requests.count == 1)
        #expect(request["Content-Type"] == "application/x-www-form-urlencoded")
        let form = StubRequest(method: "POST", target: "?" + String(decoding: request.body, as: UTF8.self), headers: []).query
        #expect(form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer")
        let parts = (form["assertion"] ?? "").split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        let header = try JSONSerialization.jsonObject(with: Data(decoded(parts[0]))) as? [String: String]
        #expect(header == ["alg": "RS256", "typ": "JWT", "kid": "key-1"])
        let claims = try #require(try JSONSerialization.jsonObject(with: Data(decoded(parts[1]))) as? [String: Any])
        #expect(claims["iss"] as? String == "farm@project.iam.gserviceaccount.com")
        #expect(claims["aud"] as? String == server.url + "/token")
        #expect((claims["scope"] as? String)?.contains("devstorage.read_write") == true)
        #expect(claims["iat"] as? Int == 1_700_000_000)
        #expect(claims["exp"] as? Int == 1_700_003_600)
        #expect(try file.verifies(decoded(parts[2]), of: parts[0] + "." + parts[1]))
        // The right to write is in the session's address alone.
        #expect(bench.server.requests.filter { $0.method == "PUT" }.allSatisfy { $0["Authorization"] == nil })
    }

    private func decoded(_ text: String) -> [UInt8] {
        let plain = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        return Base64.decode(plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)) ?? []
    }

    @Test func aTokenIsFetchedOnceForAllAndAgainBeforeItsEnd() async throws {
        let count = Counter()
        let server = try StubServer { _ in Self.grant("token-\(count.add())") }
        let file = try KeyFile(tokenURL: server.url)
        let bench = try GoogleBench(credentials: try credentials(["GOOGLE_APPLICATION_CREDENTIALS": file.path]))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seed in 1...20 { group.addTask { _ = try await bench.store.stat(.blob(try SHA256.digest(of: [UInt8(seed)]))) } }
            try await group.waitForAll()
        }
        #expect(count.value == 1)
        bench.clock.advance(3600 - 226)
        _ = try await bench.store.stat(.storeIdentity)
        #expect(count.value == 1)
        bench.clock.advance(2)
        _ = try await bench.store.stat(.storeIdentity)
        #expect(count.value == 2)
        #expect(bench.server.requests.last?["Authorization"] == "Bearer token-2")
    }

    @Test func aTokenThatIsRefusedIsReplacedOnce() async throws {
        let count = Counter()
        let server = try StubServer { _ in Self.grant("token-\(count.add())") }
        let file = try KeyFile(tokenURL: server.url)
        let bench = try GoogleBench(credentials: try credentials(["GOOGLE_APPLICATION_CREDENTIALS": file.path]))
        bench.fake.state.withLock { $0.token = "token-2" }
        try await bench.store.store([1])
        #expect(count.value == 2)
        bench.fake.state.withLock { $0.token = "another" }
        let error = await message { try await bench.store.store([2]) }
        #expect(error.contains("401") && error.contains("Invalid Credentials"))
        #expect(count.value == 3)
    }

    @Test func aTokenServerThatFailsForAWhile() async throws {
        let count = Counter()
        let server = try StubServer { _ in count.add() < 4 ? StubAnswer(503, text: "busy") : Self.grant("good") }
        let file = try KeyFile(tokenURL: server.url)
        let bench = try GoogleBench(credentials: try credentials(["GOOGLE_APPLICATION_CREDENTIALS": file.path]))
        try await bench.store.store([1])
        #expect(count.value == 4)
    }

    @Test(arguments: [-3600, 3600] as [Int64])
    func aClockThatIsAnHourOff(seconds: Int64) async throws {
        let reason =
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values."
        let clock = TestClock()
        let server = try StubServer { _ in
            StubAnswer(
                400, headers: [("Date", "Tue, 14 Nov 2023 22:13:20 GMT")],
                text: "{\"error\": \"invalid_grant\", \"error_description\": \"\(reason)\"}")
        }
        clock.advance(seconds)
        let file = try KeyFile(tokenURL: server.url)
        var configuration = GoogleStore.Configuration(
            bucket: "bucket", credentials: try credentials(["GOOGLE_APPLICATION_CREDENTIALS": file.path]), spool: "/tmp")
        configuration.clock = clock.clock
        configuration.retry = hasty
        let store = GoogleStore(configuration, client: HTTPClient(), logger: silent)
        let error = await message { try await store.store([1]) }
        #expect(error.contains("invalid_grant") && error.contains("farm@project.iam.gserviceaccount.com") && error.contains(file.path))
        #expect(error.contains("this machine's clock is 3600 seconds \(seconds > 0 ? "ahead of" : "behind")"))
        #expect(server.requests.count == 1)
    }

    /// A key that was deleted, or an account that is gone: as Google says it.
    @Test(arguments: ["Invalid JWT Signature.", "Invalid grant: account not found"])
    func aKeyThatIsRefused(reason: String) async throws {
        let server = try StubServer { _ in
            StubAnswer(400, text: "{\"error\": \"invalid_grant\", \"error_description\": \"\(reason)\"}")
        }
        let file = try KeyFile(tokenURL: server.url)
        let bench = try GoogleBench(credentials: try credentials(["GOOGLE_APPLICATION_CREDENTIALS": file.path]))
        let error = await message { try await bench.store.store([1]) }
        #expect(error.contains(reason) && error.contains("farm@project.iam.gserviceaccount.com") && error.contains(file.path))
        #expect(server.requests.count == 1 && bench.fake.names.isEmpty)
    }

    @Test func filesThatCannotBeUsed() throws {
        let directory = try TestProcess.temporaryDirectory()
        let path = directory + "/credentials.json"
        func error(_ content: String?) throws -> String {
            if let content { try Data(content.utf8).write(to: URL(fileURLWithPath: path)) }
            do {
                _ = try credentials(["GOOGLE_APPLICATION_CREDENTIALS": path])
                return "nothing"
            } catch { return "\(error)" }
        }
        for (content, reason) in [
            (nil, "cannot be opened: No such file or directory"), ("not json", "is not the JSON"), ("{}", "type ''"),
            (#"{"type": "external_account"}"#, "'external_account'"), (#"{"type": "service_account"}"#, "client_email"),
            (#"{"type": "service_account", "client_email": "a", "private_key": "b"}"#, "no RSA key"),
            (#"{"type": "authorized_user"}"#, "refresh_token"),
        ] as [(String?, String)] {
            let message = try error(content)
            #expect(message.contains(path) && message.contains(reason) && message.contains("GOOGLE_APPLICATION_CREDENTIALS"), "\(message)")
        }
    }

    @Test func whereCredentialsAreFound() throws {
        let directory = try TestProcess.temporaryDirectory()
        guard case .metadata("10.0.0.1:80") = try credentials(["GCE_METADATA_HOST": "10.0.0.1:80", "HOME": directory]) else {
            Issue.record("not the metadata server")
            return
        }
        guard case .anonymous = try GoogleCredentials(environment: { _ in nil }, isEmulated: true) else {
            Issue.record("an emulator needs none")
            return
        }
        try Data(#"{"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c"}"#.utf8)
            .write(to: URL(fileURLWithPath: directory + "/application_default_credentials.json"))
        guard case .user = try credentials(["CLOUDSDK_CONFIG": directory]) else {
            Issue.record("not gcloud's login")
            return
        }
    }

    // MARK: - The metadata server and the signing service

    /// A metadata server that checks what it is sent.
    private func metadataServer() throws -> StubServer {
        try StubServer { request in
            guard request["Metadata-Flavor"] == "Google" else { return StubAnswer(403) }
            let flavor = [("Metadata-Flavor", "Google")]
            switch request.path {
            case "/computeMetadata/v1/instance/service-accounts/default/token":
                return StubAnswer(200, headers: flavor, text: "{\"access_token\": \"machine\", \"expires_in\": 3599}")
            case "/computeMetadata/v1/instance/service-accounts/default/email":
                return StubAnswer(200, headers: flavor, text: "vm@project.iam.gserviceaccount.com")
            default: return StubAnswer(404)
            }
        }
    }

    private func metadataHost(_ server: StubServer) -> String { "127.0.0.1:\(server.port)" }

    @Test func aMachinesTokenAndSignaturesByTheService() async throws {
        let metadata = try metadataServer()
        let signing = try StubServer { request in
            guard request.method == "POST", request.path == "/v1/projects/-/serviceAccounts/vm%40project.iam.gserviceaccount.com:signBlob",
                request["Authorization"] == "Bearer machine",
                let body = try? JSONDecoder().decode([String: String].self, from: Data(request.body)), let payload = body["payload"],
                let text = Base64.decode(payload)
            else { return StubAnswer(400) }
            // Stands for a signature: what was to be signed, turned round.
            return StubAnswer(200, text: "{\"keyId\": \"k\", \"signedBlob\": \"\(Base64.encode(text.reversed()))\"}")
        }
        let bench = try GoogleBench(credentials: .metadata(host: metadataHost(metadata)), signingBase: signing.url)
        bench.fake.state.withLock { $0.token = "machine" }
        let digest = try await bench.store.store([1, 2, 3])
        for method in BlobMethod.allCases {
            guard case .redirect(let url, let lifetime)? = try await bench.store.locate(digest, for: method) else {
                Issue.record("no redirect")
                return
            }
            #expect(lifetime == .seconds(3600))
            let signature = GoogleSignature(
                account: "vm@project.iam.gserviceaccount.com", method: method.rawValue, scheme: "http",
                authority: "127.0.0.1:\(bench.server.port)",
                path: "/bucket/layers/\(digest.hex)", time: SigningTime(seconds: 1_700_000_000), lifetime: 3600)
            let signed = Hexadecimal.encode(try signature.stringToSign().utf8.reversed())
            #expect(url == signature.url(signature: signed))
        }
        #expect(signing.requests.count == 2)
        // For half of its life it is handed out again, and what is left of it is said.
        bench.clock.advance(1799)
        guard case .redirect(_, let left)? = try await bench.store.locate(digest, for: .get) else {
            Issue.record("no redirect")
            return
        }
        #expect(left == .seconds(1801))
        #expect(signing.requests.count == 2)
        bench.clock.advance(2)
        _ = try await bench.store.locate(digest, for: .get)
        #expect(signing.requests.count == 3)
    }

    @Test func whereTheServiceRefusesTheAddressIsPublic() async throws {
        let metadata = try metadataServer()
        let signing = try StubServer { _ in FakeGoogle.error(403, "Permission iam.serviceAccounts.signBlob denied") }
        let bench = try GoogleBench(credentials: .metadata(host: metadataHost(metadata)), signingBase: signing.url)
        for byte in [1, 2, 3] as [UInt8] {
            let digest = try await bench.store.store([byte])
            #expect(
                try await bench.store.locate(digest, for: .get)
                    == .redirect(url: "\(bench.server.url)/bucket/layers/\(digest.hex)", lifetime: nil))
        }
        #expect(signing.requests.count == 1)
    }

    @Test func aKeySignsByItself() async throws {
        let server = try StubServer { _ in Self.grant("good") }
        let file = try KeyFile(tokenURL: server.url)
        let bench = try GoogleBench(credentials: try credentials(["GOOGLE_APPLICATION_CREDENTIALS": file.path]))
        let digest = try await bench.store.store([1])
        for method in BlobMethod.allCases {
            guard case .redirect(let url, _)? = try await bench.store.locate(digest, for: method) else {
                Issue.record("no redirect")
                return
            }
            let signature = GoogleSignature(
                account: "farm@project.iam.gserviceaccount.com", method: method.rawValue, scheme: "http",
                authority: "127.0.0.1:\(bench.server.port)",
                path: "/bucket/layers/\(digest.hex)", time: SigningTime(seconds: 1_700_000_000), lifetime: 3600)
            let signed = Hexadecimal.decode((url.components(separatedBy: "X-Goog-Signature=").last ?? "").utf8) ?? []
            #expect(try file.verifies(signed, of: try signature.stringToSign()))
        }
        let never = try GoogleBench(
            credentials: try credentials(["GOOGLE_APPLICATION_CREDENTIALS": file.path]), signsAddresses: false)
        let other = try await never.store.store([2])
        #expect(
            try await never.store.locate(other, for: .get)
                == .redirect(url: "\(never.server.url)/bucket/layers/\(other.hex)", lifetime: nil))
    }

    @Test func aMachineWithoutCredentials() async throws {
        let nowhere = try GoogleBench(credentials: .metadata(host: "no-such-metadata.invalid"))
        let error = await message { try await nowhere.store.store([1]) }
        #expect(error.contains("GOOGLE_APPLICATION_CREDENTIALS") && error.contains("metadata server"))
        let imposter = try StubServer { _ in Self.grant("stolen") }
        let bench = try GoogleBench(credentials: .metadata(host: metadataHost(imposter)))
        let refused = await message { try await bench.store.store([1]) }
        #expect(refused.contains("gives no credentials"))
    }
}
