package import Registry

/// A package source that Nix can read.
package struct ResolvedSource: Hashable, Sendable {
    package let source: PackageSource
    /// What a person should know of how it was found, in a sentence.
    package let caveat: String?

    package init(_ source: PackageSource, caveat: String? = nil) {
        self.source = source
        self.caveat = caveat
    }
}
