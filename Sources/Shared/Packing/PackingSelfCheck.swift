private import Compression
package import Hashing
package import Layers

/// Whether this machine packs to the bytes that a format stands for.
///
/// Compression libraries choose their code by processor, and other versions of them give other bytes. Layers of such a machine are
/// valid, and the first one that is recorded under a key is the one that counts; but that an image can be made again anywhere no
/// longer holds. So a worker asks before it takes work. It takes a few hundredths of a second.
package enum PackingSelfCheck {
    private static let digests: [PackingFormat: String] = [
        .gzip: "4c395b6bce4827fccdaa1da28177e1ff78e7fa3b7672fc95652c222ccfe12e0b",
        .zstd: "8813e9ba329365ce5c24bd3bfe06794b849fe38b04e9e8dc5bfb37dafaaf4f0a",
    ]

    /// - Parameter expected: another digest than the format's known one, for tests.
    /// - Throws: ``PackingError/otherBytes(_:expected:found:)`` where the bytes differ.
    package static func run(_ format: PackingFormat, expected: Digest? = nil) throws {
        let packer = try LayerPacker(format: format, threads: SharedThreads(count: 2), isCancelled: { false })
        let found = try packer.pack(entries: entries, to: Discard()).digest
        guard let expected = expected ?? digests[format].flatMap({ Digest(hex: $0) }) else { throw PackingError.unsupportedFormat(format) }
        guard found == expected else { throw PackingError.otherBytes(format, expected: expected, found: found) }
    }

    /// Three chunks for gzip, with what compressors treat differently: text, numbers without a pattern, runs.
    private static var entries: [TarEntry] {
        var state: UInt32 = 2_463_534_242
        var random: [UInt8] = []
        for _ in 0..<(1 << 18) {
            state ^= state << 13
            state ^= state >> 17
            state ^= state << 5
            random.append(UInt8(truncatingIfNeeded: state >> 16))
        }
        let words = ["store", "path", "layer", "closure", "manifest", "digest", "worker", "package"]
        let text = random.prefix(1 << 16).flatMap { Array((words[Int($0) & 7] + " ").utf8) }
        return [
            TarEntry(path: Array("random".utf8), content: .file(random + random + random), mode: 0o444),
            TarEntry(path: Array("runs".utf8), content: .file([UInt8](repeating: 120, count: 1 << 20)), mode: 0o444),
            TarEntry(path: Array("text".utf8), content: .file(text), mode: 0o444),
        ]
    }

    private final class Discard: ByteSink {
        func write(_ bytes: RawSpan) {}
    }
}
