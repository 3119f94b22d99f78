/// The platform of an image, in the registry's words (`linux/amd64`) and in Nix's (`x86_64-linux`).
package enum Platform: String, Sendable, Hashable, CaseIterable {
    case amd64 = "linux/amd64"
    case arm64 = "linux/arm64"

    /// The `architecture` of the image configuration (Go's GOARCH).
    package var architecture: String {
        switch self {
        case .amd64: "amd64"
        case .arm64: "arm64"
        }
    }

    /// The Nix system whose packages the image holds, and which a worker must serve to make it.
    package var nixSystem: String {
        switch self {
        case .amd64: "x86_64-linux"
        case .arm64: "aarch64-linux"
        }
    }
}
