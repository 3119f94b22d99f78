import Compression
import Hashing
import Testing

@Suite struct GzipCompressorTests {
    private static let sizes = [0, 1, 511, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 << 20]

    @Test(arguments: sizes, Noise.allCases)
    func gzipReadsWhatWasWritten(size: Int, noise: Noise) throws {
        let bytes = noise.bytes(size)
        #expect(try gunzip(compress(bytes, threads: 2)) == bytes)
    }

    @Test(arguments: Noise.allCases)
    func threadsDoNotChangeBytes(noise: Noise) throws {
        let bytes = noise.bytes(9 << 20 | 77)
        let expected = try compress(bytes, threads: 0)
        for threads in [1, 2, 3, 8] {
            for _ in 0..<3 { #expect(try compress(bytes, threads: threads) == expected) }
        }
    }

    @Test(arguments: [1, 4095, 3 << 20])
    func cutsDoNotChangeBytes(cut: Int) throws {
        let bytes = Noise.text.bytes(cut == 1 ? 20_000 : 4 << 20)
        #expect(try compress(bytes, threads: 2, cut: cut) == compress(bytes, threads: 0))
    }

    /// The bytes of layers already stored: a change here is a new version of the packing format.
    @Test(arguments: [
        (Noise.text, "516b22fbe1d1e6f7151ce0edb0c29bc33f9ed9e02b0db8366189357174a93354"),
        (Noise.random, "3d1c112ffdc24681be1495c95900548b709e77580507ebbecd6ab146a3e639ce"),
        (Noise.zeros, "31be5431604fc2e12635a079bd3c12eed9800e4aa471cd5e6b4c621dbc1bfdc7"),
    ])
    func goldenDigest(noise: Noise, hex: String) throws {
        let digest = try SHA256.digest(of: compress(noise.bytes(3_000_000), threads: 2))
        #expect(digest.hex == hex)
    }

    @Test func headerHoldsNothingOfTheHost() throws {
        #expect(try compress([], threads: 0).prefix(10) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
    }

    @Test(arguments: [0, 2])
    func outputErrorPassesThrough(threads: Int) throws {
        let compressor = GzipCompressor(threads: threads)
        let bytes = Noise.random.bytes(8 << 20)
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
