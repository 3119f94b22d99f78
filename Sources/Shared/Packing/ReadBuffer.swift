/// The memory through which files are read, one for all files of a layer.
@safe final class ReadBuffer {
    /// Bytes of one read; small enough to stay in a processor's cache on the way to hash and compressor.
    private static let size = 256 << 10

    private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)

    deinit { unsafe memory.deallocate() }

    /// Reads once, at most `limit` bytes, hands on what came, and returns how many bytes that were: 0 at the file's end.
    func read(from file: StoreFile, limit: Int64, to output: (RawSpan) throws -> Void) throws -> Int {
        let wanted = Int(min(limit, Int64(Self.size)))
        let count = try unsafe file.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<wanted]))
        if count > 0 { try output(unsafe UnsafeRawBufferPointer(rebasing: memory[..<count]).bytes) }
        return count
    }
}
