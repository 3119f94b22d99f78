private import CZstd

/// Writes one Zstandard frame (RFC 8878) for each chunk, with its size in the header and without a checksum.
@safe package final class ZstdEncoder: ChunkEncoder {
    /// Twice the window of level 3. On 160 MB of programs and libraries, layers are 1.1 % larger than in a single frame; with
    /// chunks of 1 MiB it would be 3.2 %, and chunks of 8 MiB would gain 0.8 % for twice the memory.
    package static let inputCapacity = 1 << 22

    /// The bound that the library promises to keep (`ZSTD_COMPRESSBOUND`).
    package static let outputCapacity = ZSTD_compressBound(inputCapacity)

    private let context: OpaquePointer

    /// - Throws: ``CompressionError`` when there is no memory, or the library does not know a parameter.
    package init() throws(CompressionError) {
        guard let context = unsafe ZSTD_createCCtx() else { throw .library(name: "libzstd", reason: "out of memory") }
        unsafe self.context = unsafe context
        // All that decides the bytes is said, however the library's defaults change. No checksum: a layer is checked by the
        // SHA-256 of its stored and of its plain bytes, and this would cost some 4 % of the time.
        let parameters = [
            (ZSTD_c_compressionLevel, Int32(ZstdCompressor.level)), (ZSTD_c_contentSizeFlag, 1), (ZSTD_c_checksumFlag, 0),
            (ZSTD_c_dictIDFlag, 0), (ZSTD_c_nbWorkers, 0),
        ]
        for (parameter, value) in parameters { _ = try Self.check(unsafe ZSTD_CCtx_setParameter(context, parameter, value)) }
    }

    deinit { unsafe ZSTD_freeCCtx(context) }

    package func encode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(CompressionError) -> Int {
        try Self.check(unsafe ZSTD_compress2(context, output.baseAddress, output.count, input.baseAddress, input.count))
    }

    private static func check(_ result: Int) throws(CompressionError) -> Int {
        guard ZSTD_isError(result) == 0 else {
            throw .library(name: "libzstd", reason: unsafe ZSTD_getErrorName(result).map { unsafe String(cString: $0) } ?? "\(result)")
        }
        return result
    }
}
