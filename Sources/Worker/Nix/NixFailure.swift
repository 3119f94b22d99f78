/// Why a Nix command failed, told apart by Nix's own messages.
package struct NixFailure: Error, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        case evaluationFailed
        case evaluationTimedOut
        case buildFailed
        case buildTimedOut
        /// The builder printed nothing for too long.
        case buildSilent
        /// A builder, or Nix, printed too much.
        case logLimit
        /// This machine cannot build for the derivation's system.
        case wrongSystem
        /// Something that had to be fetched could not be.
        case substituterFailed
        case outOfDisk
        /// A program is not installed.
        case nixMissing
        case `internal`

        /// Whether the same request may well succeed when it is tried again.
        package var isPassing: Bool {
            switch self {
            case .substituterFailed, .outOfDisk, .nixMissing, .internal: true
            case .evaluationFailed, .evaluationTimedOut, .buildFailed, .buildTimedOut, .buildSilent, .logLimit, .wrongSystem: false
            }
        }
    }

    package let kind: Kind
    /// What happened, for people: first line a sentence, further lines Nix's own words.
    package let message: String
    /// The store path of the derivation that failed, where it is one.
    package let derivation: String?
    /// The last lines that its builder printed, plain text.
    package let logTail: [String]
    /// The exit status of the Nix command; 128 + N when signal N ended it.
    package let exitStatus: Int32?

    package init(_ kind: Kind, _ message: String, derivation: String? = nil, logTail: [String] = [], exitStatus: Int32? = nil) {
        self.kind = kind
        self.message = message
        self.derivation = derivation
        self.logTail = logTail
        self.exitStatus = exitStatus
    }

    package var description: String { ([message] + logTail.map { "  > \($0)" }).joined(separator: "\n") }
}
