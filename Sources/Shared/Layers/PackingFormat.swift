package import Hashing

/// What decides a layer's bytes besides its contents.
package struct PackingFormat: Hashable, Sendable {
    /// How a layer is compressed. The raw values are part of layer keys.
    package enum Codec: String, Sendable, CaseIterable {
        case gzip, zstd
    }

    /// What every client reads.
    package static let gzip = PackingFormat(version: 1, codec: .gzip, level: 1)

    /// A sixth smaller and faster to unpack, for clients that know it; packing takes half as much time again.
    package static let zstd = PackingFormat(version: 1, codec: .zstd, level: 3)

    /// What this program packs.
    package static let known = [gzip, zstd]

    /// Counts the changes to tar rules, chunk size and compressor that change bytes: layers of two versions never mix.
    package let version: Int
    package let codec: Codec

    /// The codec's own compression level.
    package let level: Int

    package init(version: Int, codec: Codec, level: Int) {
        self.version = version
        self.codec = codec
        self.level = level
    }

    /// For messages: `version 1, gzip level 1`.
    package var summary: String { "version \(version), \(codec.rawValue) level \(level)" }

    /// Identifies a layer before it is built: SHA-256 over this format and the sorted store paths, each text preceded by its
    /// length in bytes, so that no two inputs run together.
    ///
    /// - Throws: ``HashingError`` when OpenSSL has no SHA-256.
    package func layerKey(contents: some Sequence<StorePath>) throws(HashingError) -> Digest {
        var encoded: [UInt8] = []
        func append(_ text: String) {
            encoded += Array("\(text.utf8.count):".utf8)
            encoded += Array(text.utf8)
        }
        for text in ["nixery-farm layer", String(version), codec.rawValue, String(level)] { append(text) }
        for path in Set(contents).sorted() { append(path.string) }
        return try SHA256.digest(of: encoded)
    }
}
