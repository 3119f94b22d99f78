/// A set of paths that is not the closure of the requested ones.
package enum ClosureError: Error, Hashable, Sendable, CustomStringConvertible {
    case nothingRequested
    case requestedPathMissing(StorePath)
    case unknownReference(from: StorePath, to: StorePath)
    case unreachable(StorePath)
    case duplicate(StorePath)
    case negativeSize(StorePath)
    case sizeOverflow

    package var description: String {
        switch self {
        case .nothingRequested: "a closure needs at least one requested path"
        case .requestedPathMissing(let path): "the requested path \(path) is not among the closure's paths"
        case .unknownReference(let from, let to): "\(from) refers to \(to), which is not among the closure's paths"
        case .unreachable(let path): "no requested path leads to \(path), so it does not belong to the closure"
        case .duplicate(let path): "the closure names \(path) twice"
        case .negativeSize(let path): "the NAR size of \(path) is negative"
        case .sizeOverflow: "the NAR sizes of the closure add up to more than 64 bits hold"
        }
    }
}
