internal import HTTP

extension PopularitySource {
    /// - Throws: ``PopularitySourceError``; `CancellationError`.
    func fetch(_ url: String, _ client: HTTPClient) async throws -> [UInt8] {
        let request = HTTPRequest("GET", url, limits: HTTPLimits(overall: Self.timeLimit), redirects: 5)
        do {
            let response = try await RetryPolicy(attempts: 3).run {
                let response = try await client.send(request, limit: Self.sizeLimit)
                if !response.isSuccess { throw UnwantedStatus(head: response.head) }
                return response
            }
            return response.body
        } catch let error as UnwantedStatus {
            throw PopularitySourceError(name, "the server answered with status \(error.head.status)")
        } catch let error as HTTPError where error.kind == .tooLarge {
            throw PopularitySourceError(name, "it has more than \(Self.sizeLimit >> 20) MiB, which is the limit")
        } catch let error as HTTPError {
            try Task.checkCancellation()
            throw PopularitySourceError(name, "\(error)")
        }
    }

    private struct UnwantedStatus: RetryableError {
        let head: HTTPResponseHead
        var retryAdvice: RetryAdvice { head.retryAdvice }
    }
}
