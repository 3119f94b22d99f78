/// Popularity data that could not be had.
package struct PopularitySourceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The address, without a password, or the file.
    package let source: String
    package let reason: String

    init(_ source: String, _ reason: String) {
        self.source = source
        self.reason = reason
    }

    package var description: String { "no popularity data from \(source): \(reason)" }
}
