/// The compression library did not do what it promises.
package enum CompressionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// ISA-L's return value.
    case library(code: Int32)
    case outputFull

    package var description: String {
        switch self {
        case .library(let code): "ISA-L refused to compress (code \(code)); check that the installed libisal is the one this was built with"
        case .outputFull: "ISA-L's output grew beyond the worst case of deflate; check the installed libisal"
        }
    }
}
