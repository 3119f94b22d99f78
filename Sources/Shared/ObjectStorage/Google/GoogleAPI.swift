internal import FoundationEssentials
internal import HTTP

/// Requests to one bucket through Google's JSON API: authorised, retried, their failures put in words.
struct GoogleAPI: Sendable {
    /// For example `https://storage.googleapis.com`, without a slash at the end.
    let base: String
    let bucket: String
    let client: HTTPClient
    /// `nil`: requests carry no token.
    let tokens: (any TokenSource)?
    let retry: RetryPolicy
    let limits: HTTPLimits
    let clock: StorageClock

    private struct Failure: Decodable {
        struct Details: Decodable { let message: String? }
        let error: Details?
    }

    /// Bytes that the description of an error may have.
    private static let errorSize = 65536

    var place: String { "gs://\(bucket)" }

    /// The address of an object's metadata.
    func address(of name: ObjectName) -> String { "\(objects)/\(PercentEncoding.encode(name.path))" }

    /// The address of the bucket's objects.
    var objects: String { "\(base)/storage/v1/b/\(PercentEncoding.encode(bucket))/o" }

    /// The address for uploads of an object.
    func uploadAddress(of name: ObjectName, type: String, ifGeneration generation: Int64?) -> String {
        var query = [(name: "uploadType", value: type), (name: "name", value: name.path)]
        if let generation { query.append((name: "ifGenerationMatch", value: String(generation))) }
        return "\(base)/upload/storage/v1/b/\(PercentEncoding.encode(bucket))/o?\(PercentEncoding.query(query))"
    }

    /// Sends a request, several times where that may help.
    /// - Parameters:
    ///   - action: what is to be done, for messages.
    ///   - accepts: statuses besides 2xx that are answers to the caller.
    func send(
        _ request: HTTPRequest, action: String, name: ObjectName? = nil, accepts: Set<Int> = [], limit: Int = 1 << 20
    ) async throws -> HTTPResponse {
        try await retry.run { try await sendOnce(request, action: action, name: name, accepts: accepts, limit: limit) }
    }

    /// Sends a request once; a second time with a new token if the first was refused.
    func sendOnce(
        _ request: HTTPRequest, action: String, name: ObjectName? = nil, accepts: Set<Int> = [], limit: Int = 1 << 20
    ) async throws -> HTTPResponse {
        var hasNewToken = false
        while true {
            var request = request
            request.limits = limits
            let token = try await tokens?.token()
            if let token { request.headers["Authorization"] = "Bearer \(token)" }
            let response: HTTPResponse
            do {
                response = try await client.send(request, limit: max(limit, Self.errorSize))
            } catch {
                if error.kind == .tooLarge { throw StorageError.tooLarge(object: object(name), limit: limit) }
                throw StorageError.remote(error, action: action, object: object(name))
            }
            if response.status == 401, let token, !hasNewToken {
                hasNewToken = true
                await tokens?.discard(token)
                continue
            }
            let isMissingBucket = response.status == 404 && reason(response).contains("bucket does not exist")
            if response.isSuccess, response.body.count > limit { throw StorageError.tooLarge(object: object(name), limit: limit) }
            if response.isSuccess || (accepts.contains(response.status) && !isMissingBucket) { return response }
            throw failure(response, action: action, name: name)
        }
    }

    func failure(_ response: HTTPResponse, action: String, name: ObjectName?) -> StorageError {
        let reason = reason(response)
        let hint: String? =
            switch response.status {
            case 401:
                ClockSkew(response, now: clock.now())?.description ?? "the credentials are not accepted (GOOGLE_APPLICATION_CREDENTIALS)"
            case 403: "grant the service account the role roles/storage.objectAdmin on the bucket"
            // Where an object may be missing, that is an answer and no failure.
            case 404: "GCS_BUCKET names the bucket; it is not made by this program"
            default: nil
            }
        return .remote(
            RemoteFailure(
                action: action, object: object(name), status: response.status, reason: reason, hint: hint,
                retryAdvice: response.head.retryAdvice))
    }

    func object(_ name: ObjectName?) -> String { name.map { "\(place)/\($0)" } ?? place }

    /// Google's own words: of its JSON, or the beginning of what else it sent.
    private func reason(_ response: HTTPResponse) -> String {
        if let message = (try? JSONDecoder().decode(Failure.self, from: Data(response.body)))?.error?.message { return message }
        let text = response.text.prefix(200).split { $0.isWhitespace }.joined(separator: " ")
        return text.isEmpty ? "no reason was given" : text
    }
}
