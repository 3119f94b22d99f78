/// One package of an evaluation.
package struct EvaluatedPackage: Sendable, Hashable, Decodable {
    /// An output to install.
    package struct Output: Sendable, Hashable, Decodable {
        /// `out`, `bin`, ...
        package let name: String
        /// The store path that it has or will have.
        package let path: String
    }

    /// The attribute path as it was asked for.
    package let attribute: String
    /// The attribute path as it was found: letter case and a leading underscore may differ.
    package let resolved: String?
    /// The derivation's name, with its version.
    package let name: String?
    /// The store path of the derivation.
    package let drvPath: String
    /// The outputs that the attribute path picks.
    package let outputs: [Output]
}
