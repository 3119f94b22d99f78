package import Hashing

/// Everything that decides the bytes of a manifest. Its ``buildKey`` is the identity of a job, of a remembered failure and, for a
/// pinned recipe, the name under which the manifest is kept.
package struct Recipe: Hashable, Sendable {
    /// The newest version of the encoding that this program writes and reads. A worker claims no job of a version it does not know.
    package static let version = 1

    package var source: PackageSource
    /// Sorted bytewise, without repetition.
    package var packages: [String]
    package var platform: Platform
    /// Whether the image's command is the shell.
    package var hasShell: Bool
    package var layering: Layering
    package var packing: Packing

    /// How the closure is grouped into layers.
    package struct Layering: Hashable, Sendable {
        /// `dominators` or `closure`.
        package var strategy: String
        /// Most layers, the symlink layer not counted.
        package var budget: Int
        /// The digest of the popularity data; `nil` without any.
        package var popularity: Digest?

        package init(strategy: String, budget: Int, popularity: Digest? = nil) {
            self.strategy = strategy
            self.budget = budget
            self.popularity = popularity
        }
    }

    /// How a layer becomes bytes.
    package struct Packing: Hashable, Sendable {
        package var version: Int
        package var codec: String
        package var level: Int

        package init(version: Int, codec: String, level: Int) {
            self.version = version
            self.codec = codec
            self.level = level
        }
    }

    package init(source: PackageSource, name: ImageName, layering: Layering, packing: Packing) {
        self.source = source
        self.packages = name.packages
        self.platform = name.platform
        self.hasShell = name.hasShell
        self.layering = layering
        self.packing = packing
    }

    /// Whether the same recipe gives the same bytes for ever, so that its manifest may be kept.
    package var isPinned: Bool { source.isPinned }

    /// SHA-256 of the canonical ``encoding``.
    package func buildKey() throws(HashingError) -> Digest {
        try SHA256.digest(of: encoding)
    }
}
