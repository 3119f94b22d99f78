private import Synchronization

/// Who sees a stream's bytes as they are before compression: all of them, in order, whatever the order in which chunks are compressed.
///
/// The thread that compresses a chunk shows it as well, and with it all before it that nobody has begun with. So hashing a stream
/// moves with the compression to whichever thread is free, and leaves the stream's own thread to read files.
final class PlainBytes: Sendable {
    private let observer: @Sendable (RawSpan) -> Void
    /// Chunks that were not shown yet, oldest first.
    private let chunks = Mutex<[Chunk]>([])

    /// - Parameter observer: called on any thread, by one at a time.
    init(_ observer: @escaping @Sendable (RawSpan) -> Void) { self.observer = observer }

    /// Takes the next chunk of the stream, full and not yet being compressed.
    func append(_ chunk: Chunk) { chunks.withLock { $0.append(chunk) } }

    /// Shows `chunk` and what comes before it, unless that was done.
    ///
    /// - Parameter waiting: for another thread that is showing chunks.
    /// - Returns: whether it is done.
    func show(through chunk: Chunk, waiting: Bool) -> Bool {
        guard waiting else { return chunks.withLockIfAvailable { show(&$0, through: chunk) } != nil }
        chunks.withLock { show(&$0, through: chunk) }
        return true
    }

    private func show(_ chunks: inout [Chunk], through last: Chunk) {
        guard let index = chunks.firstIndex(where: { $0 === last }) else { return }
        for chunk in chunks[...index] { chunk.show(to: observer) }
        chunks.removeSubrange(...index)
    }

    /// Lets go of all chunks.
    func forget() { chunks.withLock { $0 = [] } }
}
