import FrontendServer
import Testing

@Suite struct ByteRangeTests {
    @Test(
        arguments: [
            (nil, ByteRange.whole), ("bytes=0-", .part(0...9)), ("bytes=2-4", .part(2...4)), ("bytes=2-400", .part(2...9)),
            ("bytes=-3", .part(7...9)), ("bytes=-30", .part(0...9)), ("bytes=9-9", .part(9...9)), ("bytes=10-", .unsatisfiable),
            ("bytes=-0", .unsatisfiable), ("bytes=4-2", .whole), ("bytes=a-b", .whole), ("lines=1-2", .whole), ("bytes=0-1,3-4", .whole),
            ("bytes=", .whole), ("bytes=-", .whole), ("bytes=99999999999999999999-", .whole),
        ] as [(String?, ByteRange)])
    func parses(header: String?, range: ByteRange) { #expect(ByteRange(header, size: 10) == range) }

    @Test func anEmptyBlobHasNoRange() { #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable) }
}
