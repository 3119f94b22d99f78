/// A name that the package set does not have.
package struct MissingPackage: Sendable, Hashable, Decodable {
    /// The attribute path as it was asked for.
    package let attribute: String
    /// `absent`, `ambiguous` (ignoring case, several attributes have the name) or `not a package`.
    package let reason: String?
    /// Attributes that may have been meant.
    package let nearNames: [String]?
}
