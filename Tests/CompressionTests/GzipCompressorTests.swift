import Hashing
import Testing

@Suite struct GzipCompressorTests {
    /// The bytes of layers already stored: a change here is a new version of the packing format.
    @Test(arguments: [
        (Noise.text, "516b22fbe1d1e6f7151ce0edb0c29bc33f9ed9e02b0db8366189357174a93354"),
        (Noise.random, "3d1c112ffdc24681be1495c95900548b709e77580507ebbecd6ab146a3e639ce"),
        (Noise.zeros, "31be5431604fc2e12635a079bd3c12eed9800e4aa471cd5e6b4c621dbc1bfdc7"),
    ])
    func goldenDigest(noise: Noise, hex: String) throws {
        let digest = try SHA256.digest(of: Codec.gzip.compress(noise.bytes(3_000_000), threads: 2))
        #expect(digest.hex == hex)
    }

    @Test func headerHoldsNothingOfTheHost() throws {
        #expect(try Codec.gzip.compress([], threads: 0).prefix(10) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
    }
}
