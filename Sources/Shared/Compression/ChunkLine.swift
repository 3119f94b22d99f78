/// Cuts a stream into chunks of fixed size, has them compressed by whatever threads are free, and hands the results on in order.
///
/// The stream's own thread compresses too, whenever it would otherwise wait: so the line moves with and without help, and as
/// many threads as there are keep busy.
final class ChunkLine<Encoder: ChunkEncoder> {
    private let threads: SharedThreads?
    private let makeEncoder: () throws(CompressionError) -> Encoder
    private let limit: Int
    private var idle: [Chunk] = []
    /// Oldest first.
    private var running: [Chunk] = []
    private var filling: Chunk?

    /// - Parameter threads: who helps; `nil` for nobody.
    init(threads: SharedThreads?, makeEncoder: @escaping () throws(CompressionError) -> Encoder) {
        self.threads = threads
        self.makeEncoder = makeEncoder
        // Enough that nobody waits for the stream's thread while that compresses a chunk itself. It reads and hashes only a few
        // times faster than one thread compresses, so more helpers than that, and the memory of more chunks, would be of no use.
        limit = threads.map { min($0.count + 1, 8) } ?? 0
    }

    deinit {
        for chunk in running { _ = threads?.withdraw(chunk) }
    }

    func write(_ bytes: RawSpan, to output: (RawSpan) throws -> Void) throws {
        var rest = bytes
        while !rest.isEmpty {
            let chunk = try nextChunk()
            let taken = chunk.fill(from: rest)
            rest = rest.extracting(droppingFirst: taken)
            if chunk.isFull { try start(chunk, output) }
        }
    }

    func read(
        atMost limit: Int, from source: (UnsafeMutableRawBufferPointer) throws -> Int, to output: (RawSpan) throws -> Void
    ) throws -> Int {
        let chunk = try nextChunk()
        let taken = try unsafe chunk.fill(atMost: limit, from: source)
        if chunk.isFull { try start(chunk, output) }
        return taken
    }

    /// Hands on all that is left.
    func finish(to output: (RawSpan) throws -> Void) throws {
        if let last = filling { try start(last, output) }
        while !running.isEmpty { try drainOldest(output) }
    }

    /// One with room.
    private func nextChunk() throws -> Chunk {
        let chunk = try filling ?? idle.popLast() ?? Chunk(makeEncoder())
        filling = chunk
        return chunk
    }

    private func start(_ chunk: Chunk, _ output: (RawSpan) throws -> Void) throws {
        filling = nil
        // The last chunk of a short stream is not worth waking a thread for.
        if let threads, chunk.isFull || !running.isEmpty { threads.offer(chunk) } else { chunk.compress() }
        running.append(chunk)
        while running.count > limit { try drainOldest(output) }
    }

    private func drainOldest(_ output: (RawSpan) throws -> Void) throws {
        let oldest = running[0]
        while !oldest.isDone, let own = running.first(where: { threads?.withdraw($0) ?? false }) { own.compress() }
        running.removeFirst()
        try oldest.drain(to: output)
        idle.append(oldest)
    }
}
