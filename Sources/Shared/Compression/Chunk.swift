internal import Dispatch
private import Synchronization

/// One chunk of a stream: filled, compressed (on any thread), drained, and then used again for a later chunk.
///
/// `Sendable` without the compiler's proof, because the stages exclude each other: the stream's thread touches nothing
/// between the moment when it lets another thread compress and the end of ``wait()``.
@safe final class Chunk: @unchecked Sendable {
    private let encoder: any ChunkEncoder
    private let input: UnsafeMutableRawBufferPointer
    private let output: UnsafeMutableRawBufferPointer
    private let done = DispatchSemaphore(value: 0)
    private let isCompressed = Atomic(false)
    private var inputCount = 0
    private var result: Result<Int, CompressionError> = .success(0)

    init<Encoder: ChunkEncoder>(_ encoder: Encoder) {
        self.encoder = encoder
        unsafe input = .allocate(byteCount: Encoder.inputCapacity, alignment: 64)
        unsafe output = .allocate(byteCount: Encoder.outputCapacity, alignment: 64)
    }

    deinit {
        unsafe input.deallocate()
        unsafe output.deallocate()
    }

    var isFull: Bool { unsafe inputCount == input.count }

    /// Whether ``wait()`` would return at once.
    var isDone: Bool { isCompressed.load(ordering: .acquiring) }

    /// Takes as many bytes as there is room for, and returns how many that were.
    func fill(from bytes: RawSpan) -> Int {
        let taken = unsafe min(bytes.byteCount, input.count - inputCount)
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: input[inputCount..<inputCount + taken])
        unsafe bytes.extracting(first: taken).withUnsafeBytes { unsafe room.copyMemory(from: $0) }
        inputCount += taken
        return taken
    }

    /// Takes what `source` puts into the room that is left, `limit` bytes of it at most, and returns how many bytes that were.
    func fill(atMost limit: Int, from source: (UnsafeMutableRawBufferPointer) throws -> Int) rethrows -> Int {
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: input[inputCount..<min(input.count, inputCount + limit)])
        let taken = try unsafe source(room)
        inputCount += taken
        return taken
    }

    /// Compresses on this thread.
    func compress() {
        do throws(CompressionError) {
            result = .success(try unsafe encoder.encode(UnsafeRawBufferPointer(rebasing: input[..<inputCount]), into: output))
        } catch {
            result = .failure(error)
        }
        isCompressed.store(true, ordering: .releasing)
        done.signal()
    }

    /// Waits for the compression, hands on its output and empties the chunk.
    func drain(to output: (RawSpan) throws -> Void) throws {
        done.wait()
        isCompressed.store(false, ordering: .relaxed)
        inputCount = 0
        let count = try result.get()
        try output(unsafe UnsafeRawBufferPointer(rebasing: self.output[..<count]).bytes)
    }
}
