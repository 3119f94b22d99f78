import Nix
import Queue
import Registry

extension JobError {
    /// All packages that the set does not have, at once, each with names that are near it where the set has such.
    init(missing: [MissingPackage], in source: PackageSource) {
        let missing = missing.sorted { ImageName.precedes($0.attribute, $1.attribute) }
        let names = missing.map(\.attribute).joined(separator: ", ")
        let hints = missing.compactMap { package in package.hint.map { "  \(package.attribute): \($0)" } }
        let first = (missing.count == 1 ? "there is no package " : "there are no packages ") + "\(names) in \(source.summary)"
        self.init(.packageNotFound, ([first] + hints).joined(separator: "\n"))
    }
}

extension MissingPackage {
    /// What helps to find the right name.
    fileprivate var hint: String? {
        let near = (nearNames ?? []).prefix(5).joined(separator: ", ")
        switch reason {
        case "not a package": return Self.word(for: type)
        case "ambiguous": return "the set has \(near), which differ only in letter case"
        default: return near.isEmpty ? nil : "the set has \(near)"
        }
    }

    private static func word(for type: String?) -> String {
        switch type {
        case "set": "it is a set, not a package; a package in it is named with a dot"
        case "lambda": "it is a function, not a package"
        case "string": "it is a string, not a package"
        case let type?: "it is of type \(type), not a package"
        case nil: "it is not a package"
        }
    }
}
