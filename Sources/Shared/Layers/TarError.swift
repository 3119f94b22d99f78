/// A path that cannot stand in a layer.
package enum TarError: Error, Hashable, Sendable, CustomStringConvertible {
    case whiteout(path: String)
    case notRelative(path: String)

    package var description: String {
        switch self {
        case .whiteout(let path):
            "\(path) cannot be in an image: names that begin with .wh. mean deletion there; the package has to rename it"
        case .notRelative(let path):
            "\"\(path)\" cannot be in a layer: paths there are relative, without empty, . or .. components and without NUL"
        }
    }
}
