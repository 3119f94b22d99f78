private import CLibcrypto

/// A private RSA key, as it stands in a service account's file.
@safe package final class RSAKey: @unchecked Sendable {
    private let key: OpaquePointer

    /// - Parameter pem: PKCS #8 or PKCS #1 in PEM form, without a password. `nil` for anything else.
    package init?(pem: String) {
        guard let key = unsafe Array(pem.utf8).withUnsafeBytes({ unsafe Self.read($0) }) else {
            ERR_clear_error()
            return nil
        }
        guard unsafe EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA else {
            unsafe EVP_PKEY_free(key)
            return nil
        }
        unsafe self.key = unsafe key
    }

    private static func read(_ pem: UnsafeRawBufferPointer) -> OpaquePointer? {
        // The source refers to the bytes; it does not copy them.
        guard let source = unsafe BIO_new_mem_buf(pem.baseAddress, Int32(pem.count)) else { return nil }
        defer { unsafe BIO_free(source) }
        // An empty password: without it OpenSSL would ask for one at the terminal.
        var password = [CChar](repeating: 0, count: 1)
        return unsafe PEM_read_bio_PrivateKey(source, nil, nil, &password)
    }

    deinit { unsafe EVP_PKEY_free(key) }

    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2), which is RS256 of JSON Web Tokens. `nil` if OpenSSL refuses.
    package func signature(of text: String) -> [UInt8]? {
        guard let context = unsafe EVP_MD_CTX_new() else { return nil }
        defer { unsafe EVP_MD_CTX_free(context) }
        let bytes = Array(text.utf8)
        var length = unsafe Int(EVP_PKEY_get_size(key))
        var signature = [UInt8](repeating: 0, count: length)
        guard unsafe EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1,
            unsafe EVP_DigestSign(context, &signature, &length, bytes, bytes.count) == 1
        else {
            ERR_clear_error()
            return nil
        }
        return Array(signature.prefix(length))
    }
}
