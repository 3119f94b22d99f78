import HTTPTypes

/// Header names of Docker's registry protocol. `HTTPField.Name(_:)` fails only for text that is no token, which these are.
extension HTTPField.Name {
    static let dockerContentDigest = HTTPField.Name("Docker-Content-Digest") ?? .eTag
    static let dockerAPIVersion = HTTPField.Name("Docker-Distribution-Api-Version") ?? .server
}
