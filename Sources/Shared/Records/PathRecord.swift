/// A Nix store path as it is recorded: the first record wins, so every plan uses the same sizes.
package struct PathRecord: Hashable, Sendable {
    package let path: String
    package let narHash: String
    package let narSize: Int64
    /// Without the path itself.
    package let references: [String]

    package init(path: String, narHash: String, narSize: Int64, references: [String]) {
        self.path = path
        self.narHash = narHash
        self.narSize = narSize
        self.references = references
    }
}
