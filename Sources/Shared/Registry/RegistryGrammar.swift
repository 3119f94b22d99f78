/// The grammar of repository names, tags and digests (OCI distribution-spec 1.1, "Pulling manifests"), scanned byte by byte:
/// a regular expression takes a hundred times as long.
package enum RegistryGrammar {
    /// The longest repository name that Docker accepts, in bytes.
    package static let longestName = 255

    /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*`
    package static func isName(_ bytes: some Collection<UInt8>) -> Bool {
        var previous = Previous.separator
        for byte in bytes {
            guard let next = previous.following(byte) else { return false }
            previous = next
        }
        return previous == .alphanumeric
    }

    /// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`
    package static func isTag(_ bytes: some Collection<UInt8>) -> Bool {
        guard let first = bytes.first, bytes.count <= 128, isWord(first) else { return false }
        return bytes.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    /// A full Git commit: forty lower-case hexadecimal digits.
    package static func isCommit(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 40
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// What stood before the byte being looked at.
    private enum Previous {
        case separator, alphanumeric, dot, underscore, twoUnderscores, dash

        func following(_ byte: UInt8) -> Previous? {
            switch (byte, self) {
            case (UInt8(ascii: "a")...UInt8(ascii: "z"), _), (UInt8(ascii: "0")...UInt8(ascii: "9"), _): .alphanumeric
            case (UInt8(ascii: "/"), .alphanumeric): .separator
            case (UInt8(ascii: "."), .alphanumeric): .dot
            case (UInt8(ascii: "_"), .alphanumeric): .underscore
            case (UInt8(ascii: "_"), .underscore): .twoUnderscores
            case (UInt8(ascii: "-"), .alphanumeric), (UInt8(ascii: "-"), .dash): .dash
            default: nil
            }
        }
    }
}
