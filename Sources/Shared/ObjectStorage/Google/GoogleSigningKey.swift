internal import FoundationEssentials
internal import HTTP
import Logging

/// What signs addresses: a service account's own key, or the IAM service for the account of this machine.
struct GoogleSigningKey: Sendable {
    private enum Kind: Sendable {
        case own(GoogleCredentials.ServiceAccount)
        case service(GoogleTokens, metadataHost: String)
    }

    private let kind: Kind
    private let api: GoogleAPI
    private let base: String
    /// The machine's account.
    private let accounts: Remembered<String, String>
    /// That the service refused, so that it is not asked for each blob.
    private let refusals: Remembered<String, Bool>

    private struct Request: Encodable { let payload: String }
    private struct Answer: Decodable { let signedBlob: String }

    /// `nil` for credentials that cannot sign.
    init?(_ credentials: GoogleCredentials, _ tokens: GoogleTokens, _ api: GoogleAPI, _ base: String) {
        switch credentials {
        case .serviceAccount(let account): kind = .own(account)
        case .metadata(let host): kind = .service(tokens, metadataHost: host)
        case .user, .anonymous: return nil
        }
        self.api = api
        self.base = base
        accounts = Remembered(capacity: 2, lifetime: .seconds(3600), clock: api.clock)
        refusals = Remembered(capacity: 2, lifetime: .seconds(600), clock: api.clock)
    }

    /// The account that signs; `nil` while the service refuses to.
    func account() async throws -> String? {
        switch kind {
        case .own(let account): return account.email
        case .service(let tokens, let host):
            if refusals[host] != nil { return nil }
            if let known = accounts[host] { return known }
            let account = try await tokens.machineAccount(host)
            accounts.remember(host, account)
            return account
        }
    }

    /// - Returns: `nil` if the service refuses to sign for the account.
    func sign(_ text: String, account: String, logger: Logger) async throws -> [UInt8]? {
        switch kind {
        case .own(let owner):
            guard let signature = owner.key.signature(of: text) else {
                throw StorageError.credentials("OpenSSL cannot sign with the key of \(owner.email) (\(owner.file))")
            }
            return signature
        case .service(_, let host):
            let body = try JSONEncoder().encode(Request(payload: Base64.encode(Array(text.utf8))))
            let request = HTTPRequest(
                "POST", "\(base)/v1/projects/-/serviceAccounts/\(PercentEncoding.encode(account)):signBlob",
                headers: ["Content-Type": "application/json"], body: .bytes(Array(body)))
            let response = try await api.send(request, action: "sign addresses of", accepts: [403, 404])
            guard response.isSuccess else {
                refusals.remember(host, true)
                logger.warning(
                    """
                    addresses of blobs are not signed: \(account) may not sign for itself; grant it roles/iam.serviceAccountTokenCreator on \
                    itself, or make the bucket public and set GCS_SIGNED_URLS=never
                    """, metadata: ["status": "\(response.status)", "reason": "\(response.text.prefix(300))"])
                return nil
            }
            let answer = try GoogleObject.decode(Answer.self, response, object: api.place)
            guard let signature = Base64.decode(answer.signedBlob) else {
                throw StorageError.damaged(object: api.place, reason: "the signature that the service gave is not base 64")
            }
            return signature
        }
    }
}
