private import CIsal
internal import Dispatch

/// One chunk of a stream: filled, compressed (on any thread), drained, and then used again for a later chunk.
///
/// `Sendable` without the compiler's proof, because the stages exclude each other: the compressor's thread touches nothing
/// between `start` and the end of `wait`.
@safe final class DeflateChunk: @unchecked Sendable {
    /// Bytes of input in each chunk but the last: part of the layer format, since it decides the bytes.
    static let capacity = 1 << 20

    /// Deflate needs at most 9 bits for a literal byte; the rest is room for block headers.
    private static let outputCapacity = capacity + capacity / 4 + 65536

    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 64)
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: outputCapacity, alignment: 64)
    private let levelBuffer = UnsafeMutablePointer<UInt8>.allocate(capacity: Int(isal_level1_buffer_size))
    private let stream = UnsafeMutablePointer<isal_zstream>.allocate(capacity: 1)
    private let done = DispatchSemaphore(value: 0)
    private var inputCount = 0
    private var result: Result<Int, CompressionError> = .success(0)

    deinit {
        unsafe input.deallocate()
        unsafe output.deallocate()
        unsafe levelBuffer.deallocate()
        unsafe stream.deallocate()
    }

    var isEmpty: Bool { inputCount == 0 }
    var isFull: Bool { inputCount == Self.capacity }
    var count: Int { inputCount }

    /// Takes as many bytes as there is room for, and returns how many that were.
    func fill(from bytes: RawSpan) -> Int {
        let taken = min(bytes.byteCount, Self.capacity - inputCount)
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: input[inputCount..<inputCount + taken])
        unsafe bytes.extracting(first: taken).withUnsafeBytes { unsafe room.copyMemory(from: $0) }
        inputCount += taken
        return taken
    }

    /// Continues the CRC-32 of the stream (RFC 1952) over this chunk's input.
    func checksum(after checksum: UInt32) -> UInt32 {
        unsafe crc32_gzip_refl(checksum, input.assumingMemoryBound(to: UInt8.self).baseAddress, UInt64(inputCount))
    }

    /// Compresses on a thread of `queue`, or on this one where there is no queue.
    func start(on queue: DispatchQueue?) {
        guard let queue else {
            compress()
            done.signal()
            return
        }
        queue.async {
            self.compress()
            self.done.signal()
        }
    }

    /// Waits for the compression, hands on its output and empties the chunk.
    func drain(to output: (RawSpan) throws -> Void) throws {
        done.wait()
        inputCount = 0
        let count = try result.get()
        try output(unsafe UnsafeRawBufferPointer(rebasing: self.output[..<count]).bytes)
    }

    /// Writes deflate blocks (RFC 1951) without history, closed by an empty stored block, so that chunks can be joined at bytes.
    private func compress() {
        unsafe isal_deflate_init(stream)
        unsafe stream.pointee.level = 1
        unsafe stream.pointee.level_buf = levelBuffer
        unsafe stream.pointee.level_buf_size = isal_level1_buffer_size
        unsafe stream.pointee.gzip_flag = UInt16(IGZIP_DEFLATE)
        unsafe stream.pointee.flush = UInt16(SYNC_FLUSH)
        unsafe stream.pointee.end_of_stream = 0
        unsafe stream.pointee.next_in = input.assumingMemoryBound(to: UInt8.self).baseAddress
        unsafe stream.pointee.avail_in = UInt32(inputCount)
        unsafe stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
        unsafe stream.pointee.avail_out = UInt32(Self.outputCapacity)
        let code = unsafe isal_deflate(stream)
        if code != COMP_OK {
            result = .failure(.library(code: code))
        } else if unsafe stream.pointee.avail_in != 0 || stream.pointee.avail_out == 0 {
            // Room that is left is the library's sign that nothing is held back.
            result = .failure(.outputFull)
        } else {
            result = .success(Int(unsafe stream.pointee.total_out))
        }
    }
}
