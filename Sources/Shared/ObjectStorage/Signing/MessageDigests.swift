private import CLibcrypto

/// One-shot digests besides SHA-256.
enum MessageDigests {
    /// HMAC with SHA-256 (RFC 2104).
    static func hmac(key: [UInt8], _ text: String) -> [UInt8] {
        var value = [UInt8](repeating: 0, count: 32)
        let bytes = Array(text.utf8)
        unsafe HMAC(EVP_sha256(), key, Int32(key.count), bytes, bytes.count, &value, nil)
        return value
    }

    /// MD5 (RFC 1321), which stores use as a checksum against accidents. `nil` where OpenSSL's policy forbids it.
    static func md5(_ bytes: [UInt8]) -> [UInt8]? {
        var value = [UInt8](repeating: 0, count: 16)
        guard unsafe EVP_Digest(bytes, bytes.count, &value, nil, EVP_md5(), nil) == 1 else { return nil }
        return value
    }
}
