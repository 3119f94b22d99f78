/// Which packages may be asked for, by their names: what a name leads to in the package set is not looked at.
package struct PackagePolicy: Hashable, Sendable {
    /// If given, nothing else may be asked for.
    private let allowed: [PackageRule]?
    /// Stronger than ``allowed``.
    private let denied: [PackageRule]

    package init(allowed: [PackageRule]?, denied: [PackageRule]) {
        self.allowed = allowed
        self.denied = denied
    }

    /// No rule.
    package static let everything = Self(allowed: nil, denied: [])

    /// - Throws: ``RegistryError``, 403 `DENIED`, that names the package and the rule.
    package func check(_ name: ImageName) throws(RegistryError) {
        for package in name.packages {
            if let rule = denied.first(where: { $0.isPart(of: package) }) {
                throw .denied("\(package) may not be asked for here: NIXERY_PKGS_DENY has '\(rule.text)'")
            }
            guard let allowed, !allowed.contains(where: { $0.isWhole(package) }) else { continue }
            // Whoever allows `shell` allows what it stands for.
            if name.hasShell, ImageName.shellPackages.contains(package), allowed.contains(where: { $0.isWhole("shell") }) { continue }
            let rules = RegistryError.printable(allowed.map(\.text).joined(separator: " "), most: 400)
            throw .denied("\(package) may not be asked for here: NIXERY_PKGS_ALLOW has only \(rules)")
        }
    }

    /// The same for a name that is not parsed yet.
    /// - Throws: as ``check(_:)-(ImageName)``; also for what is no image name, where there are rules.
    package func check(_ name: String) throws(RegistryError) {
        guard allowed != nil || !denied.isEmpty else { return }
        try check(try ImageName(parsing: name))
    }
}
