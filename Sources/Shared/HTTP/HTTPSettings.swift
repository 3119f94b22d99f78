/// How a client reaches servers, as curl's users expect it of a process's environment.
package struct HTTPSettings: Sendable {
    /// `http_proxy` (lower case only: `HTTP_PROXY` is what a CGI server makes of a request's `Proxy` header), `https_proxy`, `all_proxy`.
    package var httpProxy: String?
    package var httpsProxy: String?
    /// Hosts that are reached without a proxy, separated by commas (`no_proxy`).
    package var noProxy: String?
    /// A file of certificate authorities (`CURL_CA_BUNDLE`, `SSL_CERT_FILE`); the system's if `nil`.
    package var authorities: String?
    /// A directory of them (`SSL_CERT_DIR`).
    package var authorityDirectory: String?
    /// Requests under way at once; more wait for their turn.
    package var concurrency: Int
    /// Connections that are kept for later requests.
    package var idleConnections: Int
    package var userAgent: String

    /// - Parameter environment: gives a variable's value, or `nil`. Empty counts as not set.
    package init(environment: (String) -> String? = { _ in nil }, concurrency: Int = 64, idleConnections: Int = 16) {
        func first(_ names: String...) -> String? {
            for name in names { if let value = environment(name), !value.isEmpty { return value } }
            return nil
        }
        let all = first("all_proxy", "ALL_PROXY")
        httpProxy = first("http_proxy") ?? all
        httpsProxy = first("https_proxy", "HTTPS_PROXY") ?? all
        noProxy = first("no_proxy", "NO_PROXY")
        authorities = first("CURL_CA_BUNDLE", "SSL_CERT_FILE")
        authorityDirectory = first("SSL_CERT_DIR")
        self.concurrency = concurrency
        self.idleConnections = idleConnections
        userAgent = "nixery-farm"
    }

    /// `""` stands for none, so that libcurl does not look into the environment by itself.
    func proxy(for url: String) -> String {
        (url.lowercased().hasPrefix("https:") ? httpsProxy : httpProxy) ?? ""
    }
}
