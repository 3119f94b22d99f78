import FoundationEssentials

/// A store of builds that hosts share: a build that one made is fetched by the others (Nix's manual, "Binary Cache").
package struct BinaryCache: Sendable, Hashable {
    /// As Nix takes it: `file:///srv/cache`, `s3://bucket?region=...`, `http://host`, `ssh://host`, ...
    package let url: String
    /// Signs what is pushed; nil: nothing is pushed.
    private let key: Key?

    private struct Key: Hashable {
        let file: String
        /// `name:base64`.
        let publicKey: String
    }

    /// Why a key cannot be used.
    package struct KeyError: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Parameter keyFile: the absolute path of a secret key as `nix-store --generate-binary-cache-key` writes it.
    /// - Throws: ``KeyError``.
    package init(url: String, keyFile: String?) throws(KeyError) {
        self.url = url
        key = try keyFile.map { file throws(KeyError) in Key(file: file, publicKey: try Self.publicKey(of: file)) }
    }

    /// For what may fetch from it. Without it, or when it fails, Nix builds.
    var options: [String] {
        let trusted = key.map { ["--option", "extra-trusted-public-keys", $0.publicKey] } ?? []
        return ["--option", "extra-substituters", url, "--fallback"] + trusted
    }

    /// Where to push to; nil without a key.
    var destination: String? { key.map { url + (url.contains("?") ? "&" : "?") + "secret-key=" + $0.file } }

    /// `name:` and, in base 64, an Ed25519 key in libsodium's form: 32 bytes that are secret, then the public ones.
    private static func publicKey(of file: String) throws(KeyError) -> String {
        guard file.hasPrefix("/"), file.utf8.allSatisfy(isPlain) else {
            throw KeyError(description: "the file's path must be absolute, of letters, digits, '/', '.', '_' and '-' only")
        }
        guard let bytes = FileManager.default.contents(atPath: file) else { throw KeyError(description: "the file cannot be read") }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let name = parts.first, !name.contains(where: \.isWhitespace),
            let pair = Data(base64Encoded: String(parts[1].filter { !$0.isWhitespace })), pair.count == 64
        else {
            throw KeyError(description: "the file holds no secret key as 'nix-store --generate-binary-cache-key' writes it")
        }
        return "\(name):\(pair.suffix(32).base64EncodedString())"
    }

    /// Needs no escape in a URL's query.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "/._-".utf8.contains(byte)
        }
    }
}
