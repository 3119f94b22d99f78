/// How far Nix has come with what it was asked for.
package struct NixProgress: Sendable, Hashable {
    /// Things of one kind.
    package struct Count: Sendable, Hashable {
        package var done = 0
        package var expected = 0
        package var running = 0
        package var failed = 0
    }

    /// Derivations.
    package var builds = Count()
    /// Store paths copied from a substituter.
    package var downloads = Count()
    /// Bytes of files fetched.
    package var bytes = Count()
    /// Names of the derivations that are being built, sorted.
    package var building: [String] = []

    package init() {}

    /// Derivations built and paths copied.
    package var done: Int { builds.done + downloads.done }
    /// Derivations to build and paths to copy, as far as Nix knows by now.
    package var expected: Int { builds.expected + downloads.expected }
}
