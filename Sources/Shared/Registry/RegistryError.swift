/// An answer other than success: the codes and statuses of the OCI distribution specification, with a message for a person at a terminal.
///
/// Docker and skopeo print the message of a 4xx, newlines and all, and never that of a 5xx; so whatever a person can act on is a 4xx.
package struct RegistryError: Error, Hashable, Sendable {
    package enum Code: String, Sendable {
        case blobUnknown = "BLOB_UNKNOWN"
        case denied = "DENIED"
        case digestInvalid = "DIGEST_INVALID"
        case manifestUnknown = "MANIFEST_UNKNOWN"
        case nameInvalid = "NAME_INVALID"
        case nameUnknown = "NAME_UNKNOWN"
        case tooManyRequests = "TOOMANYREQUESTS"
        case unavailable = "UNAVAILABLE"
        case unsupported = "UNSUPPORTED"
    }

    package let code: Code
    /// The HTTP status.
    package let status: Int
    /// First line what happened, then what helps to act on it.
    package let message: String
    /// For programs: for a build error the job and its address.
    package let detail: JSON?
    /// Seconds for the `Retry-After` header.
    package let retryAfter: Int?

    package init(_ code: Code, status: Int, message: String, detail: JSON? = nil, retryAfter: Int? = nil) {
        self.code = code
        self.status = status
        self.message = message
        self.detail = detail
        self.retryAfter = retryAfter
    }

    /// The body: `{"errors":[{"code","message","detail"}]}`.
    package var body: [UInt8] {
        JSON.members(
            (
                "errors",
                .array([.members(("code", .string(code.rawValue)), ("message", .string(message)), ("detail", detail))])
            )
        ).bytes
    }
}

extension RegistryError {
    package static func nameInvalid(_ message: String) -> RegistryError {
        RegistryError(.nameInvalid, status: 400, message: message)
    }

    package static func manifestUnknown(_ message: String, detail: JSON? = nil) -> RegistryError {
        RegistryError(.manifestUnknown, status: 404, message: message, detail: detail)
    }

    package static func denied(_ message: String) -> RegistryError {
        RegistryError(.denied, status: 403, message: message)
    }

    package static func blobUnknown(_ digest: String) -> RegistryError {
        RegistryError(.blobUnknown, status: 404, message: "no image of this registry holds \(digest)")
    }

    package static func blobGone(_ digest: String) -> RegistryError {
        RegistryError(
            .blobUnknown, status: 404, message: "\(digest) is gone from the store; pull the image again, and it is built anew")
    }

    package static func digestInvalid(_ text: String) -> RegistryError {
        RegistryError(
            .digestInvalid,
            status: 400,
            message: "'\(printable(text))' is not a digest: sha256: and 64 lower-case hexadecimal digits"
        )
    }

    package static func notFound(_ message: String) -> RegistryError {
        RegistryError(.nameUnknown, status: 404, message: message)
    }

    package static func tooManyRequests(_ message: String, detail: JSON? = nil, retryAfter: Int) -> RegistryError {
        RegistryError(.tooManyRequests, status: 429, message: message, detail: detail, retryAfter: retryAfter)
    }

    package static func unavailable(_ message: String) -> RegistryError {
        RegistryError(.unavailable, status: 503, message: message, retryAfter: 5)
    }

    package static let readOnly = RegistryError(
        .unsupported,
        status: 405,
        message: "images cannot be pushed to this registry: it builds them from the package names in the path when they are pulled"
    )

    /// Client text shortened and without control characters, fit to stand in a message.
    package static func printable(_ text: String, most: Int = 80) -> String {
        let shown = text.unicodeScalars.prefix(most).map { $0.value < 0x20 || $0.value == 0x7f ? "\u{fffd}" : Character($0) }
        return String(shown) + (text.unicodeScalars.count > most ? "..." : "")
    }
}
