import Compression
import Glibc
import Hashing
import Synchronization
import Testing

/// What both codecs promise.
@Suite(.timeLimit(.minutes(5))) struct CompressorTests {
    @Test(arguments: Codec.allCases, Noise.allCases)
    func readersGetWhatWasWritten(codec: Codec, noise: Noise) throws {
        for size in [0, 1, 511, codec.chunk - 1, codec.chunk, codec.chunk + 1, 2 * codec.chunk, 5 << 20] {
            let bytes = noise.bytes(size)
            #expect(try codec.unpack(codec.compress(bytes, threads: 2)) == bytes, "\(size) bytes")
        }
    }

    @Test(arguments: Codec.allCases, Noise.allCases)
    func threadsDoNotChangeBytes(codec: Codec, noise: Noise) throws {
        let bytes = noise.bytes(8 * codec.chunk + 77)
        let expected = try codec.compress(bytes, threads: 0)
        for threads in [1, 2, 3, 8] {
            for _ in 0..<3 { #expect(try codec.compress(bytes, threads: threads) == expected) }
        }
    }

    @Test(arguments: Codec.allCases, [1, 4095, 3 << 20])
    func cutsDoNotChangeBytes(codec: Codec, cut: Int) throws {
        let bytes = Noise.text.bytes(cut == 1 ? 20_000 : codec.chunk * 2 + 5)
        #expect(try codec.compress(bytes, threads: 2, cut: cut) == codec.compress(bytes, threads: 0))
    }

    /// Bytes that are read into the compressor's memory, among others that are written.
    @Test(arguments: Codec.allCases)
    func readingIsWriting(codec: Codec) throws {
        let bytes = Noise.text.bytes(2 * codec.chunk + 5)
        let compressor = codec.compressor(threads: 2)
        var output: [UInt8] = []
        func collect(_ piece: RawSpan) { unsafe piece.withUnsafeBytes { unsafe output.append(contentsOf: $0) } }
        var rest = bytes[...]
        while !rest.isEmpty {
            let taken = try unsafe compressor.read(
                atMost: 300_000,
                from: { room in
                    let taken = min(room.count, rest.count, 299_999)
                    unsafe room.copyBytes(from: rest.prefix(taken))
                    return taken
                }, to: collect)
            rest = rest.dropFirst(taken)
            try unsafe compressor.write(Array(rest.prefix(1000)).span.bytes, to: collect)
            rest = rest.dropFirst(1000)
        }
        let none = try unsafe compressor.read(atMost: 1, from: { _ in 0 }, to: collect)
        #expect(none == 0)
        try compressor.finish(to: collect)
        #expect(try output == codec.compress(bytes, threads: 0))
    }

    /// All of them, in order, whoever compresses, the last before the end.
    @Test(arguments: Codec.allCases, [0, 1, 2, 5])
    func observerSeesPlainBytes(codec: Codec, threads: Int) throws {
        // No two chunks are equal.
        var bytes: [UInt8] = [0]
        for number in 1...4 as ClosedRange<UInt8> { bytes += [UInt8](repeating: number, count: codec.chunk) }
        let seen = Mutex(try SHA256())
        _ = try codec.compress(bytes, threads: threads) { piece in
            seen.withLock { hash in unsafe piece.withUnsafeBytes { unsafe hash.update($0) } }
        }
        let digest = try seen.withLock { try $0.finalize() }
        #expect(try digest == SHA256.digest(of: bytes))
    }

    /// A stream that is given up leaves nothing behind, whoever still compresses for it.
    @Test(arguments: Codec.allCases, [0, 2])
    func whatIsGivenUpIsFreed(codec: Codec, threads: Int) throws {
        final class Witness: Sendable {}
        weak var left: Witness?
        let bytes = Noise.random.bytes(8 * codec.chunk)
        do {
            let witness = Witness()
            left = witness
            let compressor = codec.compressor(threads: threads) { _ in _ = witness }
            #expect(throws: DiskFull()) { try unsafe compressor.write(bytes.span.bytes) { _ in throw DiskFull() } }
        }
        // Other threads may still be at their last chunk.
        while threads > 0, left != nil, !Task.isCancelled { sched_yield() }
        #expect(left == nil)
    }

    @Test(arguments: Codec.allCases, [0, 2])
    func outputErrorPassesThrough(codec: Codec, threads: Int) throws {
        let compressor = codec.compressor(threads: threads)
        let bytes = Noise.random.bytes(8 * codec.chunk)
        var left = 3
        #expect(throws: DiskFull()) {
            try unsafe compressor.write(bytes.span.bytes) { _ in
                left -= 1
                if left == 0 { throw DiskFull() }
            }
        }
    }
}

private struct DiskFull: Error, Equatable {}
