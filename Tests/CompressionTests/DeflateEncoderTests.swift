import Testing

@testable import Compression

@Suite(.timeLimit(.minutes(5))) struct DeflateEncoderTests {
    /// What ISA-L makes of an input must not depend on where its own state lies in memory (see ``DeflateStream``). Each address shows where the
    /// bytes of the third place, which come again here, have one certain hash; all hashes are tried.
    @Test func bytesDoNotDependOnAddresses() throws {
        let encoders = try (0..<8).map { _ in try DeflateEncoder() }
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: DeflateEncoder.outputCapacity, alignment: 1)
        defer { unsafe output.deallocate() }
        let filler: [UInt8] = (0..<600).map { UInt8(truncatingIfNeeded: $0 * $0 / 3) }
        var different = 0
        for hash in 0..<8192 {
            let repeated: [UInt8] = [UInt8(hash & 0xff), UInt8(hash >> 8), 0xa5, 0x5a, 0xc3]
            let input: [UInt8] = [[1, 2], repeated, filler, repeated, filler].flatMap(\.self)
            let results = try encoders.map { encoder in
                let count = try unsafe input.withUnsafeBytes { try unsafe encoder.encode($0, into: output) }
                return unsafe Array(output[..<count])
            }
            if Set(results).count > 1 { different += 1 }
        }
        #expect(different == 0)
    }
}
