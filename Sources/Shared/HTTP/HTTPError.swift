/// A request that got no answer, or not all of it. An answer with any status is no error here.
package struct HTTPError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Hashable, Sendable {
        /// The request cannot be sent as it is: not an HTTP address, a line break in a header.
        case invalidRequest
        /// The host's name was not found.
        case resolve
        case connect
        case tls
        case connectTimeout, silence, overallTimeout
        /// The connection ended before the answer was whole.
        case broken
        /// The server sent what is not HTTP.
        case invalidAnswer
        /// The answer is larger than the caller wants it.
        case tooLarge
        case redirect
        /// The request's body could not be read.
        case body
        case cancelled
        /// This process lacks something: memory, file descriptors, a CA file.
        case local
    }

    package let kind: Kind
    /// Host and port as in the URL, without anything secret.
    package let host: String
    /// Whether the same request may well succeed later.
    package let isTransient: Bool
    private let reason: String

    package init(_ kind: Kind, host: String, _ reason: String, isTransient: Bool? = nil) {
        self.kind = kind
        self.host = host
        self.reason = reason
        self.isTransient = isTransient ?? kind.isTransient
    }

    package var description: String { host.isEmpty ? reason : "\(host): \(reason)" }
}

extension HTTPError.Kind {
    var isTransient: Bool {
        switch self {
        case .resolve, .connect, .connectTimeout, .silence, .broken: true
        case .invalidRequest, .tls, .overallTimeout, .invalidAnswer, .tooLarge, .redirect, .body, .cancelled, .local: false
        }
    }
}
