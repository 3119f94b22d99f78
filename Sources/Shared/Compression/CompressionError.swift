/// A compression library did not do what it promises.
package enum CompressionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The library's own words for its refusal.
    case library(name: String, reason: String)
    case outputFull(name: String)

    package var description: String {
        switch self {
        case .library(let name, let reason):
            "\(name) refused to compress (\(reason)); check that the installed library is the one this was built with"
        case .outputFull(let name): "\(name)'s output grew beyond its worst case; check the installed library"
        }
    }
}
