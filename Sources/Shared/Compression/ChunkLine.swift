/// Cuts a stream into chunks of fixed size, has them compressed by whatever threads are free, and hands the results on in order.
///
/// The stream's own thread compresses too, whenever nobody is there to take a chunk or it would have to wait: so the line moves
/// with and without help, and as many threads as there are keep busy.
final class ChunkLine<Encoder: ChunkEncoder> {
    private let threads: SharedThreads?
    private let plain: PlainBytes?
    private let makeEncoder: () throws(CompressionError) -> Encoder
    private let limit: Int
    private var idle: [Chunk] = []
    /// Oldest first.
    private var running: [Chunk] = []
    private var filling: Chunk?

    /// - Parameters:
    ///   - threads: who helps; `nil` for nobody.
    ///   - observer: sees the bytes before compression, in order.
    init(
        threads: SharedThreads?, observer: (@Sendable (RawSpan) -> Void)?,
        makeEncoder: @escaping () throws(CompressionError) -> Encoder
    ) {
        self.threads = threads
        plain = observer.map { PlainBytes($0) }
        self.makeEncoder = makeEncoder
        // What each helper works on and what it finds next, and the one that the stream's thread compresses itself. It reads only
        // some ten times faster than one thread compresses, so more helpers than that, and the memory of more chunks, would be of no use.
        limit = threads.map { min((1 + SharedThreads.chunksAhead) * ($0.count - 1) + 1, 8) } ?? 0
    }

    deinit {
        for chunk in running { _ = threads?.withdraw(chunk) }
        plain?.forget()
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
        let chunk = try filling ?? idle.popLast() ?? Chunk(makeEncoder(), plain: plain)
        filling = chunk
        return chunk
    }

    private func start(_ chunk: Chunk, _ output: (RawSpan) throws -> Void) throws {
        filling = nil
        plain?.append(chunk)
        // The last chunk of a short stream is not worth waking a thread for.
        let isWorthHelp = chunk.isFull || !running.isEmpty
        // At once where nobody comes for it: the processor's cache still holds it.
        if !isWorthHelp || threads?.offer(chunk) != true { chunk.compress() }
        running.append(chunk)
        while let oldest = running.first, oldest.isDone || running.count > limit { try drainOldest(output) }
    }

    private func drainOldest(_ output: (RawSpan) throws -> Void) throws {
        let oldest = running[0]
        // The newest first, which the cache is most likely to hold; helpers begin with the oldest.
        while !oldest.isDone, let own = running.last(where: { threads?.withdraw($0) ?? false }) { own.compress() }
        running.removeFirst()
        try oldest.drain(to: output)
        idle.append(oldest)
    }
}
