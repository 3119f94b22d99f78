/// What Nix knows of a store path.
package struct NixPathInfo: Sendable, Hashable {
    package let path: String
    /// `sha256:` and 64 hexadecimal digits: the hash of the path's NAR.
    package let narHash: String
    /// Bytes of the path's NAR.
    package let narSize: Int64
    /// The other store paths that this one refers to, sorted by their bytes.
    package let references: [String]

    package init(path: String, narHash: String, narSize: Int64, references: [String]) {
        self.path = path
        self.narHash = narHash
        self.narSize = narSize
        self.references = references
    }
}
