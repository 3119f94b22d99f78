import Nix
import Queue
import Registry

extension JobError {
    /// All packages that the set does not have, at once, each with names that are near it where the set has such.
    init(missing: [MissingPackage], in source: PackageSource) {
        let missing = missing.sorted { ImageName.precedes($0.attribute, $1.attribute) }
        let names = missing.map(\.attribute).joined(separator: ", ")
        let hints = missing.compactMap { package -> String? in
            guard let near = package.nearNames, !near.isEmpty else { return nil }
            return "  \(package.attribute): the set has \(near.prefix(5).joined(separator: ", "))"
        }
        let first = (missing.count == 1 ? "there is no package " : "there are no packages ") + "\(names) in \(source.summary)"
        self.init(.packageNotFound, ([first] + hints).joined(separator: "\n"))
    }
}
