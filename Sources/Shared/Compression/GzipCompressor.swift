private import Dispatch

/// Writes one gzip member (RFC 1952) with ISA-L at level 1, compressing chunks of 1 MiB on several threads.
///
/// The member's header holds no time, no name and a fixed operating system. Each chunk is compressed without regard to what is
/// before it and ends at a byte, so the member is the chunks' outputs in order, the same for any number of threads. Level 1
/// because ISA-L's level 3 gives other bytes on other generations of processors.
///
/// Memory: about 2.7 MB for each chunk in flight, of which there are `threads + 1`, and only as many as the input fills.
package final class GzipCompressor: Compressor {
    /// The ISA-L level of the bytes that come out.
    package static let level = 1

    /// Magic number, deflate, no flags, no time, no extra flags, operating system 255: unknown.
    private static let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]

    /// A last block without contents, in the fixed code.
    private static let lastBlock: [UInt8] = [0x03, 0x00]

    private let queue: DispatchQueue?
    private let limit: Int
    private var idle: [DeflateChunk] = []
    /// Oldest first.
    private var running: [DeflateChunk] = []
    private var filling: DeflateChunk?
    private var hasHeader = false
    private var checksum: UInt32 = 0
    private var size: UInt32 = 0

    /// - Parameter threads: how many threads compress beside the one that writes; with 0 the writing thread does it.
    package init(threads: Int = 0) {
        limit = max(threads, 0)
        queue = limit > 0 ? DispatchQueue(label: "gzip", attributes: .concurrent) : nil
    }

    package func write(_ bytes: RawSpan, to output: (RawSpan) throws -> Void) throws {
        try writeHeaderOnce(to: output)
        var rest = bytes
        while !rest.isEmpty {
            let chunk = filling ?? idle.popLast() ?? DeflateChunk()
            filling = chunk
            let taken = chunk.fill(from: rest)
            rest = rest.extracting(droppingFirst: taken)
            if chunk.isFull { try start(chunk, output) }
        }
    }

    package func finish(to output: (RawSpan) throws -> Void) throws {
        try writeHeaderOnce(to: output)
        if let last = filling { try start(last, output) }
        while !running.isEmpty { try drainOldest(output) }
        let trailer = [checksum, size].flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        try unsafe output((Self.lastBlock + trailer).span.bytes)
    }

    private func writeHeaderOnce(to output: (RawSpan) throws -> Void) throws {
        guard !hasHeader else { return }
        hasHeader = true
        try unsafe output(Self.header.span.bytes)
    }

    private func start(_ chunk: DeflateChunk, _ output: (RawSpan) throws -> Void) throws {
        filling = nil
        // A running sum: at tens of gigabytes a second it is cheaper here than joining sums of chunks.
        checksum = chunk.checksum(after: checksum)
        size &+= UInt32(chunk.count)
        // The last chunk of a short stream is not worth waking a thread for.
        chunk.start(on: chunk.isFull || !running.isEmpty ? queue : nil)
        running.append(chunk)
        while running.count > limit { try drainOldest(output) }
    }

    private func drainOldest(_ output: (RawSpan) throws -> Void) throws {
        let oldest = running.removeFirst()
        try oldest.drain(to: output)
        idle.append(oldest)
    }
}
