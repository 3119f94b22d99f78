/// Compresses chunks of a stream, each without regard to the others, so that they can be compressed at once.
///
/// An encoder is used by one thread at a time, and again and again.
package protocol ChunkEncoder: AnyObject {
    /// Bytes of input in each chunk but the last: part of the layer format, since it decides the bytes.
    static var inputCapacity: Int { get }

    /// Bytes that the output of a whole chunk may take in the worst case.
    static var outputCapacity: Int { get }

    /// Compresses `input`, of at most ``inputCapacity`` bytes, and returns how many bytes of `output` that took.
    func encode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(CompressionError) -> Int
}
