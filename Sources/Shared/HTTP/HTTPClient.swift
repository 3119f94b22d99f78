/// Sends HTTP requests, many at once on one thread, over connections that are used again; HTTP/2 where TLS offers it.
///
/// TLS certificates are always verified. A task that is cancelled breaks its request off.
package final class HTTPClient: Sendable {
    private let loop: CurlLoop

    package init(settings: HTTPSettings = HTTPSettings()) {
        loop = CurlLoop(settings: settings)
    }

    deinit { loop.close() }

    /// Sends a request and collects its answer.
    /// - Parameter limit: bytes that the answer's body may have.
    /// - Throws: ``HTTPError``. An answer with any status is none.
    package func send(_ request: HTTPRequest, limit: Int = 1 << 20) async throws(HTTPError) -> HTTPResponse {
        do {
            return try await send(request) { head, body in
                HTTPResponse(head: head, body: try await body.collect(limit: limit))
            }
        } catch let error as HTTPError {
            throw error
        } catch {
            throw HTTPError(.local, host: HTTPAddress(request.url)?.authority ?? "", "\(error)")
        }
    }

    /// Sends a request and hands its answer's body over as it comes in. What `handle` leaves unread is not received.
    /// - Throws: ``HTTPError``, and what `handle` throws.
    package func send<Value: Sendable>(
        _ request: HTTPRequest, _ handle: @Sendable (HTTPResponseHead, HTTPResponseBody) async throws -> Value
    ) async throws -> Value {
        var request = request
        while true {
            switch try await sendOnce(request, handle) {
            case .value(let value): return value
            case .redirect(let next): request = next
            }
        }
    }

    private enum Step<Value: Sendable>: Sendable {
        case value(Value)
        case redirect(HTTPRequest)
    }

    private func sendOnce<Value: Sendable>(
        _ request: HTTPRequest, _ handle: @Sendable (HTTPResponseHead, HTTPResponseBody) async throws -> Value
    ) async throws -> Step<Value> {
        guard let address = HTTPAddress(request.url) else {
            throw HTTPError(.invalidRequest, host: "", "the address is not one of http or https")
        }
        let channel = TransferChannel(identifier: loop.newIdentifier(), host: address.authority, loop: loop)
        loop.post(.start(request, channel))
        return try await withTaskCancellationHandler {
            try await Self.feeding(request.body, to: channel) {
                let head = try await channel.head()
                if let next = try Self.redirected(request, address, head, channel) { return .redirect(next) }
                return .value(try await handle(head, HTTPResponseBody(channel: channel)))
            }
        } onCancel: {
            channel.abort(channel.error(.cancelled, "the request was cancelled"))
        }
    }

    /// Runs `operation` while the pieces of a streamed body are sent, and then ends the transfer, whether all was sent and received or not.
    private static func feeding<Value: Sendable>(
        _ body: HTTPBody, to channel: TransferChannel, _ operation: () async throws -> Value
    ) async throws -> Value {
        let end = channel.error(.cancelled, "the answer was not wanted any more")
        guard case .stream(_, let next) = body else {
            defer { channel.abort(end) }
            return try await operation()
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await feed(next, to: channel) }
            defer {
                channel.abort(end)
                group.cancelAll()
            }
            return try await operation()
        }
    }

    private static func feed(_ next: () async throws -> [UInt8]?, to channel: TransferChannel) async {
        do {
            while let piece = try await next() {
                if piece.isEmpty { continue }
                guard await channel.send(piece) else { return }
            }
            // Stands for the end. It is not asked for when as much was sent as was announced.
            _ = await channel.send([])
        } catch {
            channel.abort(channel.error(.body, "the body to send could not be read: \(error)"))
        }
    }

    /// The request that a redirect asks for, or `nil` if this is none to follow (RFC 9110, 15.4).
    private static func redirected(
        _ request: HTTPRequest, _ address: HTTPAddress, _ head: HTTPResponseHead, _ channel: TransferChannel
    ) throws(HTTPError) -> HTTPRequest? {
        guard [301, 302, 303, 307, 308].contains(head.status), request.redirects > 0, request.method == "GET" || request.method == "HEAD",
            let location = head.headers["Location"]
        else { return nil }
        guard let target = address.resolving(location) else {
            throw channel.error(.redirect, "the server redirects to an address that is not one of http or https")
        }
        guard address.scheme == "http" || target.scheme == "https" else {
            throw channel.error(.redirect, "the server redirects from https to http at \(target.authority), which is not followed")
        }
        var next = request
        next.url = target.description
        // With the last one used up, a further redirect is the answer, which tells its reader more than an error.
        next.redirects -= 1
        if target.origin != address.origin { next.headers = request.headers.harmlessOnly }
        return next
    }
}
