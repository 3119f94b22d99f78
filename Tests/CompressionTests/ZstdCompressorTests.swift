import Hashing
import Testing

@Suite struct ZstdCompressorTests {
    /// The bytes of layers already stored: a change here is a new version of the packing format.
    @Test(arguments: [
        (Noise.text, "19639993e5ebdc1aeb4c8d193d7d972c8b580b4ee21f2cdf17d851ae12f816d9"),
        (Noise.random, "943c6b16ede09d7930dcc491a07632fa270a4c6212eea7fe554377191d03cbfe"),
        (Noise.zeros, "ec88d6f346bb92274e31744eab72b40d8b922bf5d908b9cf247fe24f19b69b09"),
    ])
    func goldenDigest(noise: Noise, hex: String) throws {
        let digest = try SHA256.digest(of: Codec.zstd.compress(noise.bytes(9_000_000), threads: 2))
        #expect(digest.hex == hex)
    }

    /// Magic number; size in four bytes, no checksum, no dictionary; window of 2 MiB (RFC 8878, 3.1.1), which is all that a reader needs.
    /// Then one byte as a frame of a single segment.
    @Test func framesSayTheirSize() throws {
        let bytes = try Codec.zstd.compress(Noise.text.bytes(Codec.zstd.chunk + 1), threads: 0)
        #expect(bytes.prefix(10) == [0x28, 0xb5, 0x2f, 0xfd, 0x80, 0x58, 0x00, 0x00, 0x40, 0x00])
        #expect(bytes.suffix(10) == [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x01, 0x09, 0x00, 0x00, bytes.last])
    }

    /// What the library makes of nothing, which is no chunk.
    @Test func nothingIsAFrame() throws {
        #expect(try Codec.zstd.compress([], threads: 0) == [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x00, 0x01, 0x00, 0x00])
    }
}
