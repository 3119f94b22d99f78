internal import CLibcurl

/// An absolute `http` or `https` URL in its parts, as libcurl's own parser reads it.
package struct HTTPAddress: Hashable, Sendable, CustomStringConvertible {
    /// `http` or `https`.
    package let scheme: String
    /// In lower case, an IPv6 address in its brackets.
    package let host: String
    /// As it stands in the URL; `nil` if it does not.
    package let port: Int?
    /// Percent-encoded as in the URL; at least `/`.
    package let path: String
    package let query: String?

    /// `nil` for what is no such URL, or carries a user or a password.
    package init?(_ text: String) { self.init(text, base: nil) }

    private init?(_ text: String, base: String?) {
        guard let parts = unsafe curl_url() else { return nil }
        defer { unsafe curl_url_cleanup(parts) }
        if let base { guard unsafe curl_url_set(parts, CURLUPART_URL, base, 0) == CURLUE_OK else { return nil } }
        guard unsafe curl_url_set(parts, CURLUPART_URL, text, 0) == CURLUE_OK,
            let scheme = unsafe Self.part(parts, CURLUPART_SCHEME)?.lowercased(), scheme == "http" || scheme == "https",
            let host = unsafe Self.part(parts, CURLUPART_HOST), !host.isEmpty,
            unsafe Self.part(parts, CURLUPART_USER) == nil, unsafe Self.part(parts, CURLUPART_PASSWORD) == nil
        else { return nil }
        self.scheme = scheme
        self.host = host.lowercased()
        port = unsafe Self.part(parts, CURLUPART_PORT).flatMap { Int($0) }
        path = unsafe Self.part(parts, CURLUPART_PATH) ?? "/"
        query = unsafe Self.part(parts, CURLUPART_QUERY)
    }

    /// Where a `Location` header of this address's answer leads (RFC 9110, 10.2.2).
    package func resolving(_ location: String) -> HTTPAddress? { HTTPAddress(location, base: description) }

    /// Host and port as in the URL.
    package var authority: String { port.map { "\(host):\($0)" } ?? host }

    /// Scheme, host and port: what credentials are for.
    package var origin: String { "\(scheme)://\(host):\(port ?? (scheme == "https" ? 443 : 80))" }

    package var description: String { "\(scheme)://\(authority)\(path)" + (query.map { "?" + $0 } ?? "") }

    private static func part(_ parts: OpaquePointer, _ name: CURLUPart) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(parts, name, &text, 0) == CURLUE_OK, let found = unsafe text else { return nil }
        defer { unsafe curl_free(found) }
        return unsafe String(cString: found)
    }
}
