/// What packages evaluate to.
package struct Evaluation: Sendable, Hashable, Decodable {
    /// Empty when anything is missing.
    package let packages: [EvaluatedPackage]
    /// All names that the package set does not have.
    package let missing: [MissingPackage]
    /// Remarks for the person who asked, in sentences.
    package let caveats: [String]
}
