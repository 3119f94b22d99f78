private import CIsal

/// Writes deflate blocks (RFC 1951) without history, closed by an empty stored block, so that chunks can be joined at bytes.
@safe package final class DeflateEncoder: ChunkEncoder {
    package static let inputCapacity = 1 << 20

    /// Deflate needs at most 9 bits for a literal byte; the rest is room for block headers.
    package static let outputCapacity = inputCapacity + inputCapacity / 4 + 65536

    private let levelBuffer = UnsafeMutablePointer<UInt8>.allocate(capacity: Int(isal_level1_buffer_size))
    private let place: DeflateStream

    /// - Throws: ``CompressionError`` when there is no memory for it.
    package init() throws(CompressionError) { place = try DeflateStream() }

    deinit { unsafe levelBuffer.deallocate() }

    package func encode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(CompressionError) -> Int {
        let stream = unsafe place.state
        unsafe isal_deflate_init(stream)
        unsafe stream.pointee.level = UInt32(GzipCompressor.level)
        unsafe stream.pointee.level_buf = levelBuffer
        unsafe stream.pointee.level_buf_size = isal_level1_buffer_size
        unsafe stream.pointee.gzip_flag = UInt16(IGZIP_DEFLATE)
        unsafe stream.pointee.flush = UInt16(SYNC_FLUSH)
        unsafe stream.pointee.end_of_stream = 0
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
        unsafe stream.pointee.avail_in = UInt32(input.count)
        unsafe stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
        unsafe stream.pointee.avail_out = UInt32(output.count)
        let code = unsafe isal_deflate(stream)
        isal_leave()
        guard code == COMP_OK else { throw .library(name: "ISA-L", reason: "code \(code)") }
        // Room that is left is the library's sign that nothing is held back.
        guard unsafe stream.pointee.avail_in == 0 && stream.pointee.avail_out > 0 else { throw .outputFull(name: "ISA-L") }
        return Int(unsafe stream.pointee.total_out)
    }
}
