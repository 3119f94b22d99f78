import CLzma

/// Unpacks `.xz` data with liblzma: within this process its errors are told apart, and memory and output are bounded.
enum XZ {
    /// What every `.xz` file begins with (The .xz File Format 1.2, 2.1.1.1).
    static let magic: [UInt8] = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]

    /// Bytes that the decoder may use; the strongest preset needs 65 MiB.
    private static let memoryLimit: UInt64 = 256 << 20

    /// - Parameter limit: most bytes of the result.
    /// - Throws: ``PopcountError`` for what is damaged, cut short or too large.
    static func unpacked(_ packed: [UInt8], limit: Int) throws(PopcountError) -> [UInt8] {
        var stream = unsafe farm_lzma_stream()
        guard unsafe farm_lzma_decoder(&stream, memoryLimit) == LZMA_OK else { throw PopcountError("liblzma cannot start: no memory") }
        defer { unsafe lzma_end(&stream) }
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        let status = unsafe packed.withUnsafeBufferPointer { input in
            unsafe stream.next_in = input.baseAddress
            unsafe stream.avail_in = input.count
            while true {
                let (status, count) = unsafe buffer.withUnsafeMutableBufferPointer { output in
                    unsafe stream.next_out = output.baseAddress
                    unsafe stream.avail_out = output.count
                    let status = unsafe lzma_code(&stream, LZMA_FINISH)
                    return (status, output.count - (unsafe stream.avail_out))
                }
                result += buffer.prefix(count)
                if status != LZMA_OK || result.count > limit { return status }
            }
        }
        guard result.count <= limit else { throw PopcountError("the list unpacks to more than \(limit >> 20) MiB, which is the limit") }
        switch status {
        case LZMA_STREAM_END: return result
        case LZMA_BUF_ERROR: throw PopcountError("the .xz data is cut short")
        case LZMA_FORMAT_ERROR: throw PopcountError("this is no .xz data")
        case LZMA_MEMLIMIT_ERROR: throw PopcountError("unpacking the .xz data takes more than \(memoryLimit >> 20) MiB of memory")
        default: throw PopcountError("the .xz data is damaged")
        }
    }
}
