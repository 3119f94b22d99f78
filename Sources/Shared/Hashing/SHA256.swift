private import CLibcrypto

/// SHA-256 by OpenSSL's EVP interface (FIPS 180-4), which uses the processor's own instructions where it has them.
@safe package struct SHA256: ~Copyable {
    private let context: OpaquePointer

    /// - Throws: ``HashingError`` when OpenSSL cannot provide the algorithm.
    package init() throws(HashingError) {
        unsafe context = try Self.initialisedContext()
    }

    private static func initialisedContext() throws(HashingError) -> OpaquePointer {
        guard let context = unsafe EVP_MD_CTX_new() else { throw .unavailable }
        guard unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            unsafe EVP_MD_CTX_free(context)
            throw .unavailable
        }
        return unsafe context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        // Fails only for a context that was not initialised, which `init` excludes.
        _ = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    package mutating func update(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe update($0) }
    }

    /// The digest of all bytes so far. Call it once, at the end.
    package mutating func finalize() throws(HashingError) -> Digest {
        var bytes = [UInt8](repeating: 0, count: 32)
        let status = unsafe bytes.withUnsafeMutableBufferPointer { unsafe EVP_DigestFinal_ex(context, $0.baseAddress, nil) }
        guard status == 1, let digest = Digest(bytes: bytes) else { throw .unavailable }
        return digest
    }

    /// The digest of bytes that are all in memory.
    package static func digest(of bytes: [UInt8]) throws(HashingError) -> Digest {
        var hash = try SHA256()
        hash.update(bytes)
        return try hash.finalize()
    }
}

/// OpenSSL refused to make a SHA-256 context (for example under a policy that forbids it).
package enum HashingError: Error, CustomStringConvertible {
    case unavailable

    package var description: String {
        "OpenSSL does not provide SHA-256 on this machine; check its configuration (openssl list -digest-algorithms)"
    }
}
