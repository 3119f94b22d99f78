internal import FoundationEssentials
internal import HTTP

/// Fetches access tokens from Google: for a service account by a signed grant (RFC 7523), for a person by a refresh token (RFC 6749, 6), for a
/// machine from its metadata server.
struct GoogleTokens: Sendable {
    let credentials: GoogleCredentials
    let client: HTTPClient
    let retry: RetryPolicy
    let clock: StorageClock

    /// Objects may be read and written, buckets not.
    static let scope = "https://www.googleapis.com/auth/devstorage.read_write"

    private struct Answer: Decodable {
        let access_token: String?
        let expires_in: Double?
        let error: String?
        let error_description: String?
    }

    private struct Header: Encodable {
        let alg = "RS256"
        let typ = "JWT"
        let kid: String?
    }

    private struct Claims: Encodable {
        let iss: String
        let scope: String
        let aud: String
        let iat: Int64
        let exp: Int64
    }

    /// - Throws: ``StorageError`` that names whose credentials were refused and why.
    func fetch() async throws -> TokenCache.Token {
        switch credentials {
        case .serviceAccount(let account):
            let who = "the key of \(account.email) (\(account.file))"
            return try await ask(who, account.tokenURL) {
                try form([("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion(account))])
            }
        case .user(let user):
            let fields = [
                ("grant_type", "refresh_token"), ("client_id", user.clientIdentifier), ("client_secret", user.clientSecret),
                ("refresh_token", user.refreshToken),
            ]
            return try await ask("the login in \(user.file)", "https://oauth2.googleapis.com/token") { form(fields) }
        case .metadata(let host):
            let answer = try await metadata(host, "token")
            return try token(answer, who: "this machine's service account (metadata server \(host))")
        case .anonymous: throw StorageError.credentials("an emulator takes no token")
        }
    }

    /// The service account of this machine.
    func machineAccount(_ host: String) async throws -> String { try await metadata(host, "email").text }

    private func ask(_ who: String, _ url: String, _ body: () throws -> [UInt8]) async throws -> TokenCache.Token {
        try await retry.run {
            let request = HTTPRequest(
                "POST", url, headers: ["Content-Type": "application/x-www-form-urlencoded"], body: .bytes(try body()),
                limits: HTTPLimits(silence: .seconds(15), overall: .seconds(60)))
            do {
                return try token(try await client.send(request), who: who)
            } catch let error as HTTPError {
                throw StorageError.remote(error, action: "get a token for", object: who)
            }
        }
    }

    private func token(_ response: HTTPResponse, who: String) throws -> TokenCache.Token {
        let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body))
        if response.isSuccess, let text = answer?.access_token {
            // No duration holds every number that a server may write.
            return TokenCache.Token(text: text, lifetime: .seconds(min(max(answer?.expires_in ?? 3600, 0), 86400)))
        }
        let reason = [answer?.error, answer?.error_description].compactMap { $0 }.joined(separator: ": ")
        guard response.head.retryAdvice == .never else {
            throw StorageError.remote(
                RemoteFailure(
                    action: "get a token for", object: who, status: response.status, reason: reason, retryAdvice: response.head.retryAdvice)
            )
        }
        var message = "Google refuses \(who): \(response.status)" + (reason.isEmpty ? "" : " " + reason)
        if let skew = ClockSkew(response, now: clock.now()) { message += "; \(skew)" }
        throw StorageError.credentials(message)
    }

    private func metadata(_ host: String, _ leaf: String) async throws -> HTTPResponse {
        let address = "http://\(host)/computeMetadata/v1/instance/service-accounts/default/\(leaf)"
        let request = HTTPRequest(
            "GET", address, headers: ["Metadata-Flavor": "Google"],
            limits: HTTPLimits(connect: .seconds(3), silence: .seconds(10), overall: .seconds(30)), usesProxy: false)
        return try await retry.run {
            let response: HTTPResponse
            do {
                response = try await client.send(request)
            } catch let error as HTTPError where error.kind == .resolve {
                throw StorageError.credentials(
                    "there are no Google credentials: GOOGLE_APPLICATION_CREDENTIALS names no key file, gcloud has left no login, and this machine "
                        + "has no metadata server (\(error))")
            } catch let error as HTTPError {
                throw StorageError.remote(error, action: "ask for credentials of", object: "the metadata server \(host)")
            }
            guard response.head.retryAdvice == .never else {
                throw StorageError.remote(
                    RemoteFailure(
                        action: "ask for credentials of", object: "the metadata server \(host)", status: response.status,
                        reason: "it failed", retryAdvice: response.head.retryAdvice))
            }
            guard response.isSuccess, response.headers["Metadata-Flavor"] == "Google" else {
                throw StorageError.credentials(
                    "the metadata server \(host) gives no credentials (status \(response.status)); attach a service account to this machine, or "
                        + "name a key file by GOOGLE_APPLICATION_CREDENTIALS")
            }
            return response
        }
    }

    private func assertion(_ account: GoogleCredentials.ServiceAccount) throws -> String {
        let now = clock.now()
        let header = try JSONEncoder().encode(Header(kid: account.keyIdentifier))
        let claims = try JSONEncoder().encode(
            Claims(iss: account.email, scope: Self.scope, aud: account.tokenURL, iat: now, exp: now + 3600))
        let text = Base64.encodeForURL(Array(header)) + "." + Base64.encodeForURL(Array(claims))
        guard let signature = account.key.signature(of: text) else {
            throw StorageError.credentials("OpenSSL cannot sign with the key of \(account.email) (\(account.file))")
        }
        return text + "." + Base64.encodeForURL(signature)
    }

    private func form(_ fields: [(String, String)]) -> [UInt8] {
        Array(fields.map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&").utf8)
    }
}
