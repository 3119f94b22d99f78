/// A text that is not a store path.
package struct StorePathError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Problem: Hashable, Sendable {
        case notInStore, hash, nameLength, name
    }

    /// What was given instead of a store path.
    package let text: String
    package let problem: Problem

    package var description: String {
        let reason =
            switch problem {
            case .notInStore: "it does not begin with \(StorePath.prefix)"
            case .hash: "after \(StorePath.prefix) it needs 32 digits of Nix's base 32 and a dash"
            case .nameLength: "its name needs 1 to 211 characters"
            case .name: "its name may hold only 0-9 a-z A-Z + - . _ ? = and is neither . nor .."
            }
        // A message that repeats kilobytes of bad input helps nobody.
        return "not a store path: \"\(text.prefix(300))\": \(reason)"
    }
}
