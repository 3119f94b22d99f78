/// What to look up, and where.
package struct EvaluationRequest: Sendable, Hashable {
    /// The package source as a JSON object, as `nixery-prepare-image --source` takes it.
    package var source: String
    /// Attribute paths that must be there.
    package var packages: [String]
    /// Attribute paths that are wanted too; where the set lacks one, that is no error.
    package var optional: [String]
    /// The Nix system of the image, such as `x86_64-linux`.
    package var system: String
    /// Directories and beginnings of URLs that the evaluation may read; nil: it is not restricted.
    package var allowedPlaces: [String]?

    package init(source: String, packages: [String], optional: [String] = [], system: String, allowedPlaces: [String]? = nil) {
        self.source = source
        self.packages = packages
        self.optional = optional
        self.system = system
        self.allowedPlaces = allowedPlaces
    }
}
