/// Writes Zstandard frames (RFC 8878) with libzstd at level 3, one for each 4 MiB, on several threads.
///
/// Frames that follow each other decompress to one stream (RFC 8878, 3). Frames rather than the library's own workers, because a
/// frame is a function of its chunk alone: the library's stream differs between none and some workers, and its cuts and the
/// size that it takes for known depend on how the bytes arrive.
///
/// Memory: about 10 MB for each chunk in flight, only as many as the input fills and at most nine.
package final class ZstdCompressor: Compressor {
    /// The libzstd level of the bytes that come out.
    package static let level = 3

    /// A frame of no bytes: even nothing is a stream.
    private static let emptyFrame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x00, 0x01, 0x00, 0x00]

    private let line: ChunkLine<ZstdEncoder>
    private var isEmpty = true

    /// - Parameters: as of ``GzipCompressor/init(threads:observer:)``.
    package init(threads: SharedThreads? = nil, observer: (@Sendable (RawSpan) -> Void)? = nil) {
        line = ChunkLine(threads: threads, observer: observer) { () throws(CompressionError) in try ZstdEncoder() }
    }

    package func write(_ bytes: RawSpan, to output: (RawSpan) throws -> Void) throws {
        if !bytes.isEmpty { isEmpty = false }
        try line.write(bytes, to: output)
    }

    package func read(
        atMost limit: Int, from source: (UnsafeMutableRawBufferPointer) throws -> Int, to output: (RawSpan) throws -> Void
    ) throws -> Int {
        let taken = try unsafe line.read(atMost: limit, from: source, to: output)
        if taken > 0 { isEmpty = false }
        return taken
    }

    package func finish(to output: (RawSpan) throws -> Void) throws {
        try line.finish(to: output)
        if isEmpty { try unsafe output(Self.emptyFrame.span.bytes) }
    }
}
