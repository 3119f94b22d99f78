import Testing

/// The two ways in which a worker has Nix.
enum NixMode: CaseIterable, CustomTestStringConvertible {
    /// As root, on the store itself.
    case singleUser
    /// As an unprivileged user, by way of nix-daemon.
    case daemon

    var testDescription: String {
        switch self {
        case .singleUser: "single-user"
        case .daemon: "daemon"
        }
    }
}
