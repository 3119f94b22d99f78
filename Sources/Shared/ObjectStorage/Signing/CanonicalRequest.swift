import Hashing

/// The text of a request that a version 4 signature covers. Amazon's and Google's schemes share it.
///
/// Sources: "Signature Version 4 signing process" of AWS; "Canonical requests" of Google Cloud Storage.
package struct CanonicalRequest: Sendable {
    package var method: String
    /// Percent-encoded as it is sent.
    package var path: String
    /// Not yet encoded.
    package var query: [(name: String, value: String)]
    package var headers: [(name: String, value: String)]
    /// The SHA-256 of the body in hexadecimal, or a word that stands for none.
    package var payload: String

    package init(
        method: String, path: String, query: [(name: String, value: String)] = [], headers: [(name: String, value: String)],
        payload: String
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.payload = payload
    }

    package static let unsignedPayload = "UNSIGNED-PAYLOAD"

    /// Names of all headers, for the signature's own parameter.
    package var signedHeaders: String { canonicalHeaders.map(\.name).joined(separator: ";") }

    package var text: String {
        let headers = canonicalHeaders.map { "\($0.name):\($0.value)\n" }.joined()
        return [method, path, PercentEncoding.query(query), headers, signedHeaders, payload].joined(separator: "\n")
    }

    /// The text that is signed.
    /// - Parameters:
    ///   - time: `YYYYMMDD'T'HHMMSS'Z'`.
    ///   - scope: what the signature is good for.
    package func stringToSign(algorithm: String, time: String, scope: String) throws -> String {
        [algorithm, time, scope, try SHA256.digest(of: Array(text.utf8)).hex].joined(separator: "\n")
    }

    /// In lower case and order, white space within values as one space.
    private var canonicalHeaders: [(name: String, value: String)] {
        headers.map { (name: $0.name.lowercased(), value: Self.collapsed($0.value)) }.sorted { $0.name < $1.name }
    }

    private static func collapsed(_ value: String) -> String {
        value.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
    }
}
