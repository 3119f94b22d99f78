internal import CLibcurl

extension HTTPError {
    /// What libcurl says of a transfer that failed (libcurl-errors(3)).
    /// - Parameter detail: libcurl's own words, which name hosts and ports only.
    init(_ code: CURLcode, host: String, detail: String) {
        var reason = detail
        if reason.isEmpty { reason = unsafe String(cString: curl_easy_strerror(code)) }
        reason = Self.withoutQueries(reason)
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self.init(.resolve, host: host, reason)
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: self.init(.connect, host: host, reason)
        case CURLE_OPERATION_TIMEDOUT: self.init(.connectTimeout, host: host, "no connection in time: \(reason)")
        // A handshake that was cut off is worth another try; a certificate that does not fit is not.
        case CURLE_SSL_CONNECT_ERROR: self.init(.tls, host: host, reason, isTransient: true)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED,
            CURLE_SSL_INVALIDCERTSTATUS:
            self.init(
                .tls, host: host, "\(reason); a private certificate authority is named by CURL_CA_BUNDLE or SSL_CERT_FILE")
        case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED:
            self.init(.local, host: host, "\(reason); see CURL_CA_BUNDLE and SSL_CERT_FILE")
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM,
            CURLE_SEND_FAIL_REWIND:
            self.init(.broken, host: host, reason)
        case CURLE_URL_MALFORMAT: self.init(.invalidRequest, host: host, reason)
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            self.init(.invalidAnswer, host: host, reason)
        case CURLE_READ_ERROR, CURLE_ABORTED_BY_CALLBACK: self.init(.body, host: host, reason)
        case CURLE_PROXY: self.init(.connect, host: host, reason)
        default: self.init(.local, host: host, "\(reason) (libcurl \(code.rawValue))")
        }
    }

    /// No signature of a signed address gets into a log, whatever libcurl prints.
    private static func withoutQueries(_ text: String) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false)
            .map { word in word.contains("://") || word.contains("Signature=") ? word.prefix { $0 != "?" } + "" : word }
            .joined(separator: " ")
    }
}
