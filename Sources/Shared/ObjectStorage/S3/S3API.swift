internal import HTTP
import Hashing

/// Requests to one bucket of an S3-compatible store: signed, retried, their failures put in words.
struct S3API: Sendable {
    /// Scheme and host, without a path.
    let endpoint: HTTPAddress
    let bucket: String
    /// Whether the bucket stands in the path; else it stands before the host's name.
    let usesPathStyle: Bool
    let signer: S3Signer
    let client: HTTPClient
    let retry: RetryPolicy
    let limits: HTTPLimits
    let clock: StorageClock

    /// Bytes that the description of an error may have.
    private static let errorSize = 65536

    var place: String { "s3://\(bucket)" }

    var host: String { usesPathStyle ? endpoint.authority : "\(bucket).\(endpoint.authority)" }

    /// Percent-encoded; of the bucket for `nil`.
    func path(of name: ObjectName?) -> String {
        let object = name.map { PercentEncoding.encode($0.path, keepsSlashes: true) } ?? ""
        return usesPathStyle ? "/\(PercentEncoding.encode(bucket))" + (name == nil ? "" : "/\(object)") : "/\(object)"
    }

    func object(_ name: ObjectName?) -> String { name.map { "\(place)/\($0)" } ?? place }

    struct Request: Sendable {
        var method: String
        var name: ObjectName?
        var query: [(name: String, value: String)] = []
        var headers: [(name: String, value: String)] = []
        var body = HTTPBody.none
        /// The SHA-256 of the body in hexadecimal.
        var payload = S3API.emptyPayload
    }

    /// The SHA-256 of nothing.
    static let emptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    /// Sends a request, several times where that may help.
    /// - Parameters:
    ///   - action: what is to be done, for messages.
    ///   - accepts: statuses besides 2xx that are answers to the caller.
    func send(_ request: Request, action: String, accepts: Set<Int> = [], limit: Int = 8 << 20) async throws -> HTTPResponse {
        try await retry.run {
            let response: HTTPResponse
            do {
                response = try await client.send(try signed(request), limit: max(limit, Self.errorSize))
            } catch let error as HTTPError {
                if error.kind == .tooLarge { throw StorageError.tooLarge(object: object(request.name), limit: limit) }
                throw StorageError.remote(error, action: action, object: object(request.name))
            }
            let error = response.isSuccess ? nil : XMLElement(document: response.body)
            if response.isSuccess, response.body.count > limit { throw StorageError.tooLarge(object: object(request.name), limit: limit) }
            if response.isSuccess || (accepts.contains(response.status) && error?["Code"] != "NoSuchBucket") { return response }
            throw failure(response, error, action: action, name: request.name)
        }
    }

    private func signed(_ request: Request) throws -> HTTPRequest {
        let path = path(of: request.name)
        let query = PercentEncoding.query(request.query)
        let headers = try signer.headers(
            method: request.method, host: host, path: path, query: request.query, headers: request.headers, payload: request.payload,
            time: SigningTime(seconds: clock.now()))
        var sent = HTTPRequest(
            request.method, "\(endpoint.scheme)://\(host)\(path)" + (query.isEmpty ? "" : "?\(query)"), body: request.body, limits: limits)
        for header in request.headers + headers { sent.headers.add(header.name, header.value) }
        return sent
    }

    /// - Parameter error: the answer's body, if it is XML; that to a HEAD has none.
    func failure(_ response: HTTPResponse, _ error: XMLElement?, action: String, name: ObjectName?) -> StorageError {
        let code = error?["Code"]
        var reason = [code, error?["Message"]].compactMap { $0 }.joined(separator: ": ")
        if reason.isEmpty { reason = "no reason was given" }
        let hint: String? =
            switch (code, response.status) {
            case ("RequestTimeTooSkewed", _):
                ClockSkew(response, now: clock.now())?.description ?? "this machine's clock is wrong: set it (NTP)"
            case ("InvalidAccessKeyId", _), ("SignatureDoesNotMatch", _): "see AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            case ("ExpiredToken", _), ("InvalidToken", _): "AWS_SESSION_TOKEN has run out: temporary credentials are to be renewed"
            case ("NoSuchBucket", _): "S3_BUCKET names the bucket; it is not made by this program"
            case (_, 301), (_, 307): "the bucket is elsewhere: see S3_REGION and S3_ENDPOINT"
            case (_, 403): ClockSkew(response, now: clock.now())?.description ?? "the key may not do this to the bucket"
            default: nil
            }
        // These pass though their status says otherwise.
        let passes = code == "RequestTimeout" || code == "OperationAborted" || code == "SlowDown"
        return .remote(
            RemoteFailure(
                action: action, object: object(name), status: response.status, reason: reason, hint: hint,
                retryAdvice: passes ? .soon : response.head.retryAdvice))
    }
}
