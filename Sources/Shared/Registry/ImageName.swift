/// What an image is to hold, read from the path that the client asked for: `shell/git/htop`.
///
/// Components are attributes of the package set. Meta-packages count only while they stand first: `shell` adds an interactive
/// shell and makes it the command, `arm64` selects the platform; later in the name they are ordinary attributes. Order and
/// repetition of the others do not matter: equal contents have equal ``ImageName`` values.
package struct ImageName: Hashable, Sendable {
    /// More components than this are refused: each is an evaluation, and Docker's own limit of 255 bytes leaves room for 128.
    package static let mostComponents = 128

    /// What `shell` stands for.
    package static let shellPackages = ["bashInteractive", "coreutils", "moreutils", "nano"]

    /// Packages that every image holds if the package set has them: CA certificates, and the names of ports and protocols.
    package static let basePackages = ["cacert", "iana-etc"]

    /// The attributes asked for, what `shell` stands for included: sorted bytewise, without repetition.
    package let packages: [String]
    package let platform: Platform
    package let hasShell: Bool

    /// - Throws: ``RegistryError`` with code `NAME_INVALID` that says what is wrong with the name.
    package init(parsing name: String, defaultPlatform: Platform = .amd64) throws(RegistryError) {
        guard name.utf8.count <= RegistryGrammar.longestName else {
            throw .nameInvalid("the image name is \(name.utf8.count) bytes long; at most \(RegistryGrammar.longestName) are possible")
        }
        guard RegistryGrammar.isName(name.utf8) else {
            throw .nameInvalid(
                "'\(RegistryError.printable(name))' is not an image name: package names in lower case, joined by '/', "
                    + "for example shell/git/htop"
            )
        }
        var components = name.split(separator: "/").map(String.init)[...]
        guard components.count <= Self.mostComponents else {
            throw .nameInvalid("the image name has \(components.count) components; at most \(Self.mostComponents) are possible")
        }
        var hasShell = false
        var platform = defaultPlatform
        while let first = components.first {
            if first == "shell" {
                hasShell = true
            } else if first == "arm64" {
                platform = .arm64
            } else {
                break
            }
            components.removeFirst()
        }
        let packages = Set(components).union(hasShell ? Self.shellPackages : [])
        guard !packages.isEmpty else {
            throw .nameInvalid("'\(name)' names no package; add one, for example \(name)/hello")
        }
        self.packages = packages.sorted(by: Self.precedes)
        self.platform = platform
        self.hasShell = hasShell
    }

    /// Bytewise order, the same on every machine.
    package static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
