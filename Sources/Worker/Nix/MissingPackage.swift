/// A name that the package set does not have.
package struct MissingPackage: Sendable, Hashable, Decodable {
    /// The attribute path as it was asked for.
    package let attribute: String
    /// `absent`, `ambiguous` (ignoring case, several attributes have the name) or `not a package`.
    package let reason: String?
    /// For `not a package`, what it is instead: `int`, `string`, `lambda`, `set`, ..., as `builtins.typeOf` has it.
    package let type: String?
    /// Attributes that may have been meant.
    package let nearNames: [String]?

    package init(attribute: String, reason: String?, type: String?, nearNames: [String]?) {
        self.attribute = attribute
        self.reason = reason
        self.type = type
        self.nearNames = nearNames
    }
}
