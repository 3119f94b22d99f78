import Hashing

/// Signature version 4 of AWS ("Authenticating Requests", Amazon S3 API reference), for requests by header and for addresses by query.
package struct S3Signer: Sendable {
    package static let algorithm = "AWS4-HMAC-SHA256"

    package let credentials: S3Credentials
    package let region: String

    package init(credentials: S3Credentials, region: String) {
        self.credentials = credentials
        self.region = region
    }

    /// The headers that a request needs besides its own.
    /// - Parameters:
    ///   - host: with its port where the address has one.
    ///   - path: percent-encoded.
    ///   - headers: those of the request that are to be signed too.
    ///   - payload: the SHA-256 of the body in hexadecimal.
    /// - Throws: when OpenSSL has no SHA-256.
    package func headers(
        method: String, host: String, path: String, query: [(name: String, value: String)], headers: [(name: String, value: String)],
        payload: String, time: SigningTime
    ) throws -> [(name: String, value: String)] {
        var own = [(name: "x-amz-content-sha256", value: payload), (name: "x-amz-date", value: time.stamp)]
        if let token = credentials.sessionToken { own.append((name: "x-amz-security-token", value: token)) }
        let request = CanonicalRequest(
            method: method, path: path, query: query, headers: headers + own + [(name: "host", value: host)], payload: payload)
        let signature = try signature(request, time)
        own.append(
            (
                name: "Authorization",
                value: "\(Self.algorithm) Credential=\(credentials.accessKey)/\(scope(time)), SignedHeaders=\(request.signedHeaders), "
                    + "Signature=\(signature)"
            ))
        return own
    }

    /// An address that carries its signature.
    /// - Parameter lifetime: in seconds, at most a week.
    package func url(method: String, scheme: String, host: String, path: String, lifetime: Int, time: SigningTime) throws -> String {
        var query = [
            (name: "X-Amz-Algorithm", value: Self.algorithm), (name: "X-Amz-Credential", value: "\(credentials.accessKey)/\(scope(time))"),
            (name: "X-Amz-Date", value: time.stamp), (name: "X-Amz-Expires", value: String(lifetime)),
            (name: "X-Amz-SignedHeaders", value: "host"),
        ]
        if let token = credentials.sessionToken { query.append((name: "X-Amz-Security-Token", value: token)) }
        let request = CanonicalRequest(
            method: method, path: path, query: query, headers: [(name: "host", value: host)], payload: CanonicalRequest.unsignedPayload)
        return "\(scheme)://\(host)\(path)?\(PercentEncoding.query(query))&X-Amz-Signature=\(try signature(request, time))"
    }

    private func scope(_ time: SigningTime) -> String { "\(time.date)/\(region)/s3/aws4_request" }

    private func signature(_ request: CanonicalRequest, _ time: SigningTime) throws -> String {
        let text = try request.stringToSign(algorithm: Self.algorithm, time: time.stamp, scope: scope(time))
        var key = Array("AWS4\(credentials.secretKey)".utf8)
        for part in [time.date, region, "s3", "aws4_request"] { key = MessageDigests.hmac(key: key, part) }
        return Hexadecimal.encode(MessageDigests.hmac(key: key, text))
    }
}
