/// A SHA-256 value, written `sha256:<64 lower-case hex digits>` as the OCI image specification does (descriptor.md, "Digests").
package struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The 32 bytes of the value.
    package let bytes: [UInt8]

    /// Takes 32 raw bytes; `nil` for any other count.
    package init?(bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// Parses `sha256:<hex>`; `nil` for another algorithm, upper-case digits or a wrong length.
    package init?(_ text: some StringProtocol) {
        let prefix = "sha256:"
        guard text.hasPrefix(prefix) else { return nil }
        self.init(hex: text.dropFirst(prefix.count))
    }

    /// Parses 64 lower-case hex digits without a prefix.
    package init?(hex: some StringProtocol) {
        guard let bytes = Hexadecimal.decode(hex.utf8), bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// The 64 hex digits without the algorithm.
    package var hex: String { Hexadecimal.encode(bytes) }

    package var description: String { "sha256:" + hex }

    package static func < (left: Digest, right: Digest) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
