/// Popularity data that cannot be read.
package enum PopularityError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The bytes are no JSON, or not one object.
    case notAnObject

    /// The value of this name is no count.
    case wrongCount(name: String)

    /// What no store path is named.
    case wrongName(String)

    package var description: String {
        let form = "it must be one JSON object that maps store paths' names without hash to counts, such as {\"glibc-2.38-44\": 31000}"
        return switch self {
        case .notAnObject: "the popularity data is no JSON object; \(form)"
        case .wrongCount(let name): "the popularity data's value of \"\(name)\" is not a whole number from 0 on; \(form)"
        case .wrongName(let name): "the popularity data names \"\(name)\", which can be no store path's name; \(form)"
        }
    }
}
