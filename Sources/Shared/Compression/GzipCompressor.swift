private import CIsal

/// Writes one gzip member (RFC 1952) with ISA-L at level 1, compressing chunks of 1 MiB on several threads.
///
/// The member's header holds no time, no name and a fixed operating system. Each chunk is compressed without regard to what is
/// before it and ends at a byte, so the member is the chunks' outputs in order, the same for any number of threads. Level 1
/// because ISA-L's level 3 gives other bytes on other generations of processors.
///
/// Memory: about 2.7 MB for each chunk in flight, only as many as the input fills and at most nine.
package final class GzipCompressor: Compressor {
    /// The ISA-L level of the bytes that come out.
    package static let level = 1

    /// Magic number, deflate, no flags, no time, no extra flags, operating system 255: unknown.
    private static let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]

    /// A last block without contents, in the fixed code.
    private static let lastBlock: [UInt8] = [0x03, 0x00]

    private let line: ChunkLine<DeflateEncoder>
    private var hasHeader = false
    private var checksum: UInt32 = 0
    private var size: UInt32 = 0

    /// - Parameters:
    ///   - threads: who compresses beside the thread that writes; without any, that one does it all.
    ///   - observer: sees all bytes before compression, in order, when they are compressed; called on any of the threads, by one at
    ///     a time, for the last time before ``finish(to:)`` returns.
    package init(threads: SharedThreads? = nil, observer: (@Sendable (RawSpan) -> Void)? = nil) {
        line = ChunkLine(threads: threads, observer: observer) { () throws(CompressionError) in try DeflateEncoder() }
    }

    package func write(_ bytes: RawSpan, to output: (RawSpan) throws -> Void) throws {
        try writeHeaderOnce(to: output)
        unsafe bytes.withUnsafeBytes { unsafe count($0) }
        try line.write(bytes, to: output)
    }

    package func read(
        atMost limit: Int, from source: (UnsafeMutableRawBufferPointer) throws -> Int, to output: (RawSpan) throws -> Void
    ) throws -> Int {
        try writeHeaderOnce(to: output)
        return try unsafe line.read(
            atMost: limit,
            from: { room in
                let taken = try unsafe source(room)
                unsafe count(UnsafeRawBufferPointer(rebasing: room[..<taken]))
                return taken
            }, to: output)
    }

    package func finish(to output: (RawSpan) throws -> Void) throws {
        try writeHeaderOnce(to: output)
        try line.finish(to: output)
        let trailer = [checksum, size].flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        try unsafe output((Self.lastBlock + trailer).span.bytes)
    }

    /// As the bytes come and not by chunks: they are in the processor's cache still.
    private func count(_ bytes: UnsafeRawBufferPointer) {
        checksum = unsafe crc32_gzip_refl(checksum, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, UInt64(bytes.count))
        isal_leave()
        size &+= UInt32(truncatingIfNeeded: bytes.count)
    }

    private func writeHeaderOnce(to output: (RawSpan) throws -> Void) throws {
        guard !hasHeader else { return }
        hasHeader = true
        try unsafe output(Self.header.span.bytes)
    }
}
