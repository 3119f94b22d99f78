internal import Dispatch
private import Glibc
private import Synchronization

/// One chunk of a stream: filled, compressed (on any thread), drained, and then used again for a later chunk.
///
/// `Sendable` without the compiler's proof, because the stages exclude each other: the stream's thread touches nothing
/// between the moment when it lets another thread compress and the end of ``wait()``.
@safe final class Chunk: @unchecked Sendable {
    private let encoder: any ChunkEncoder
    private let plain: PlainBytes?
    private let memory: UnsafeMutableRawPointer
    private let input: UnsafeMutableRawBufferPointer
    private let output: UnsafeMutableRawBufferPointer
    private let done = DispatchSemaphore(value: 0)
    private let isCompressed = Atomic(false)
    private var inputCount = 0
    private var result: Result<Int, CompressionError> = .success(0)

    init<Encoder: ChunkEncoder>(_ encoder: Encoder, plain: PlainBytes?) {
        self.encoder = encoder
        self.plain = plain
        let size = Encoder.inputCapacity + Encoder.outputCapacity
        unsafe memory = .allocate(byteCount: size, alignment: Self.largePage)
        // Hashing and compressing walk through all of it: with pages of 4 KiB a virtual machine spends a fifth of the hashing on
        // finding them. That the system has no large pages does no harm.
        unsafe madvise(memory, size, MADV_HUGEPAGE)
        unsafe input = UnsafeMutableRawBufferPointer(start: memory, count: Encoder.inputCapacity)
        unsafe output = UnsafeMutableRawBufferPointer(start: memory + Encoder.inputCapacity, count: Encoder.outputCapacity)
    }

    deinit { unsafe memory.deallocate() }

    /// Bytes of a large page on x86-64, and on arm64 with pages of 4 KiB.
    private static let largePage = 1 << 21

    var isFull: Bool { unsafe inputCount == input.count }

    /// Whether ``wait()`` would return at once.
    var isDone: Bool { isCompressed.load(ordering: .acquiring) }

    /// Hands the bytes that are to be compressed to `observer`.
    func show(to observer: (RawSpan) -> Void) { observer(unsafe UnsafeRawBufferPointer(rebasing: input[..<inputCount]).bytes) }

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
        // Without waiting for a thread that shows chunks before this one; by the end of the compression it will be done.
        let isShown = plain?.show(through: self, waiting: false) ?? true
        do throws(CompressionError) {
            result = .success(try unsafe encoder.encode(UnsafeRawBufferPointer(rebasing: input[..<inputCount]), into: output))
        } catch {
            result = .failure(error)
        }
        if !isShown { _ = plain?.show(through: self, waiting: true) }
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
