/// Compresses a stream of bytes as it comes. What comes out depends on the bytes alone: neither on how they are cut into calls
/// nor on threads.
///
/// Not for use from two threads at once.
package protocol Compressor: AnyObject {
    /// Takes more bytes and hands on what is ready. Whatever `output` throws passes through unchanged; after that the
    /// stream is unusable.
    func write(_ bytes: RawSpan, to output: (RawSpan) throws -> Void) throws

    /// Takes bytes that `source` puts into the compressor's own memory, which saves copying them.
    ///
    /// - Parameters:
    ///   - limit: most bytes that `source` is given room for, which may be fewer; above 0.
    ///   - source: fills the room from its beginning and returns how many bytes that were. What it throws passes through.
    /// - Returns: what `source` returned.
    func read(
        atMost limit: Int, from source: (UnsafeMutableRawBufferPointer) throws -> Int, to output: (RawSpan) throws -> Void
    ) throws -> Int

    /// Hands on the rest and ends the stream. Call it once, last.
    func finish(to output: (RawSpan) throws -> Void) throws
}
