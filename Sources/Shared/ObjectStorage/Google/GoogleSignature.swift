/// V4 signing of addresses ("V4 signing process with your own program", Google Cloud Storage).
package struct GoogleSignature: Sendable {
    package static let algorithm = "GOOG4-RSA-SHA256"

    package let request: CanonicalRequest
    private let scheme: String
    private let authority: String
    private let time: SigningTime
    private let scope: String

    /// - Parameters:
    ///   - authority: the host, with its port where the address has one. The port is not signed, as Google's conformance tests have it.
    ///   - path: percent-encoded.
    ///   - lifetime: in seconds, at most a week.
    ///   - headers: besides `Host`, those that the client will have to send.
    ///   - query: besides what belongs to the signature.
    package init(
        account: String, method: String, scheme: String, authority: String, path: String, time: SigningTime, lifetime: Int,
        headers: [(name: String, value: String)] = [], query: [(name: String, value: String)] = []
    ) {
        self.scheme = scheme
        self.authority = authority
        self.time = time
        scope = "\(time.date)/auto/storage/goog4_request"
        let payload = headers.first { $0.name.lowercased() == "x-goog-content-sha256" }?.value ?? CanonicalRequest.unsignedPayload
        var request = CanonicalRequest(
            method: method, path: path, headers: headers + [(name: "host", value: Self.host(authority))], payload: payload)
        request.query =
            query + [
                (name: "X-Goog-Algorithm", value: Self.algorithm), (name: "X-Goog-Credential", value: "\(account)/\(scope)"),
                (name: "X-Goog-Date", value: time.stamp), (name: "X-Goog-Expires", value: String(lifetime)),
                (name: "X-Goog-SignedHeaders", value: request.signedHeaders),
            ]
        self.request = request
    }

    /// - Throws: when OpenSSL has no SHA-256.
    package func stringToSign() throws -> String {
        try request.stringToSign(algorithm: Self.algorithm, time: time.stamp, scope: scope)
    }

    /// - Parameter signature: in hexadecimal, of ``stringToSign()``.
    package func url(signature: String) -> String {
        "\(scheme)://\(authority)\(request.path)?\(PercentEncoding.query(request.query))&X-Goog-Signature=\(signature)"
    }

    /// Without the port; an IPv6 address keeps its brackets.
    private static func host(_ authority: String) -> String {
        guard let colon = authority.lastIndex(of: ":"), authority[colon...].dropFirst().allSatisfy(\.isWholeNumber) else {
            return authority
        }
        return String(authority[..<colon])
    }
}
