private import CIsal
package import Hashing
private import Synchronization

/// What is known of bytes once they have passed: SHA-256, CRC-32C and their count.
package final class StreamHash: Sendable {
    package struct Sum: Hashable, Sendable {
        package let digest: Digest
        /// CRC-32 with Castagnoli's polynomial (RFC 3720, 12.1), as Google Cloud Storage uses it.
        package let crc32c: UInt32
        /// Count of bytes.
        package let size: Int64
    }

    private struct State: ~Copyable {
        var hash: SHA256
        var register = UInt32.max
        var size: Int64 = 0
    }

    private let state: Mutex<State>

    package init() throws(StorageError) {
        do {
            state = Mutex(State(hash: try SHA256()))
        } catch {
            throw .damaged(object: "the blob", reason: error.description)
        }
    }

    package func update(_ bytes: RawSpan) {
        state.withLock { state in
            unsafe bytes.withUnsafeBytes { bytes in
                unsafe state.hash.update(bytes)
                unsafe state.register = Self.crc32c(bytes, state.register)
                state.size += Int64(bytes.count)
            }
        }
    }

    /// The sum of all bytes so far. Call it once, at the end.
    package func finish() throws(StorageError) -> Sum {
        let (digest, register, size) = state.withLock { state in
            let digest: Digest? = try? state.hash.finalize()
            return (digest, state.register, state.size)
        }
        guard let digest else { throw .damaged(object: "the blob", reason: HashingError.unavailable.description) }
        return Sum(digest: digest, crc32c: ~register, size: size)
    }

    package static func sum(of bytes: [UInt8]) throws(StorageError) -> Sum {
        let hash = try StreamHash()
        unsafe hash.update(bytes.span.bytes)
        return try hash.finish()
    }

    /// Goes on with a register, which begins as all ones and is inverted at the end. ISA-L takes at most 2^31 - 1 bytes at once.
    private static func crc32c(_ bytes: UnsafeRawBufferPointer, _ register: UInt32) -> UInt32 {
        var register = register
        var offset = 0
        while offset < bytes.count {
            let count = min(bytes.count - offset, 1 << 30)
            let part = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress?.advanced(by: offset))
            unsafe register = crc32_iscsi(part?.assumingMemoryBound(to: UInt8.self), Int32(count), register)
            offset += count
        }
        return register
    }
}
