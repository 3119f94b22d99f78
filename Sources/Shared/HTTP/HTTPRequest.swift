/// One request to an HTTP server.
package struct HTTPRequest: Sendable {
    package var method: String
    /// Absolute, `http` or `https`, percent-encoded as it is to be sent.
    package var url: String
    package var headers: HTTPHeaders
    package var body: HTTPBody
    package var limits: HTTPLimits
    /// How many redirects a GET or HEAD follows. With 0 a redirect is an answer like any other. A redirect to another origin is sent
    /// ``HTTPHeaders/harmless`` headers only, and one from `https` to `http` is refused.
    package var redirects: Int
    /// Whether a proxy of ``HTTPSettings`` may be used. A cloud's metadata server is reached from its own machine alone.
    package var usesProxy: Bool

    package init(
        _ method: String, _ url: String, headers: HTTPHeaders = [:], body: HTTPBody = .none, limits: HTTPLimits = HTTPLimits(),
        redirects: Int = 0, usesProxy: Bool = true
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.limits = limits
        self.redirects = redirects
        self.usesProxy = usesProxy
    }
}
