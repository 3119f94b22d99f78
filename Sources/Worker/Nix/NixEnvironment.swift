import Glibc

/// Which variables of the worker's environment reach Nix.
///
/// The worker's own secrets (the database's password, the object store's keys) must not be readable by an evaluation, and
/// a host's `NIX_PATH` must decide nothing; so this is a list of what passes, not of what does not.
package enum NixEnvironment {
    static let passed = [
        "HOME", "LOGNAME", "PATH", "TMPDIR", "USER", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME",
        "NIX_BUILD_CORES", "NIX_BUILD_HOOK", "NIX_CONFIG", "NIX_CONF_DIR", "NIX_CURRENT_LOAD", "NIX_DAEMON_SOCKET_PATH", "NIX_DATA_DIR",
        "NIX_IGNORE_SYMLINK_STORE", "NIX_LIBEXEC_DIR", "NIX_LOCALSTATE_DIR", "NIX_LOG_DIR", "NIX_REMOTE", "NIX_REMOTE_SYSTEMS",
        "NIX_SSHOPTS", "NIX_SSL_CERT_FILE", "NIX_STATE_DIR", "NIX_STORE_DIR", "NIX_USER_CONF_FILES",
        "CURL_CA_BUNDLE", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO",
        "SSH_AUTH_SOCK", "SSL_CERT_DIR", "SSL_CERT_FILE",
        "all_proxy", "ftp_proxy", "http_proxy", "https_proxy", "no_proxy",
        "ALL_PROXY", "FTP_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
    ]

    /// What Nix inherits, and what keeps git and ssh from ever asking a question: nobody is there to answer it.
    /// - Parameter lookUp: gives a variable's value; the process's environment unless told otherwise.
    package static func inherited(_ lookUp: (String) -> String? = variable) -> [String: String] {
        var result: [String: String] = [:]
        for name in passed { result[name] = lookUp(name) }
        result["GIT_SSH_COMMAND"] = (result["GIT_SSH_COMMAND"] ?? result["GIT_SSH"] ?? "ssh") + " -o BatchMode=yes"
        result["GIT_TERMINAL_PROMPT"] = "0"
        // Messages are read by program, so they must not be translated.
        result["LANG"] = "C"
        return result
    }

    /// A variable of this process's environment.
    package static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}
