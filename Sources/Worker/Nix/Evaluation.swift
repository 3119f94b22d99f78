/// What packages evaluate to.
package struct Evaluation: Sendable, Hashable, Decodable {
    /// Empty when anything is missing.
    package let packages: [EvaluatedPackage]
    /// All names that the package set does not have.
    package let missing: [MissingPackage]
    /// Those of the optional names that it does not have either.
    package let lacking: [String]
}
