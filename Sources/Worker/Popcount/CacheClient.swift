import HTTP

/// Reads files of a binary cache, or of a channel, and tries again what may pass.
struct CacheClient: Sendable {
    let client: HTTPClient
    let retry: RetryPolicy

    /// - Parameters:
    ///   - environment: gives proxy and CA variables.
    ///   - concurrency: requests under way at once.
    init(environment: (String) -> String?, concurrency: Int, retry: RetryPolicy = RetryPolicy()) {
        client = HTTPClient(settings: HTTPSettings(environment: environment, concurrency: concurrency))
        self.retry = retry
    }

    /// The body of a file that must be there.
    /// - Throws: ``PopcountError``; `CancellationError`.
    func fetch(_ url: String, limit: Int) async throws -> [UInt8] {
        guard let body = try await fetchIfThere(url, limit: limit) else { throw PopcountError("\(url) is not there (404)") }
        return body
    }

    /// The body of a file, `nil` where there is none.
    /// - Throws: ``PopcountError`` once trying again is given up; `CancellationError`.
    func fetchIfThere(_ url: String, limit: Int) async throws -> [UInt8]? {
        do {
            let response = try await retry.run {
                let request = HTTPRequest("GET", url, limits: HTTPLimits(overall: .seconds(300)), redirects: 5)
                let response = try await client.send(request, limit: limit)
                // S3 answers 403 for what is not there to those who may not list.
                if response.isSuccess || [403, 404, 410].contains(response.status) { return response }
                throw UnwantedStatus(head: response.head)
            }
            return response.isSuccess ? response.body : nil
        } catch let error as UnwantedStatus {
            throw PopcountError("\(url) was answered with status \(error.head.status)")
        } catch let error as HTTPError {
            try Task.checkCancellation()
            throw PopcountError("\(url) cannot be read: \(error)")
        }
    }

    private struct UnwantedStatus: RetryableError {
        let head: HTTPResponseHead
        var retryAdvice: RetryAdvice { head.retryAdvice }
    }
}
