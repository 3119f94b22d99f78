private import Hashing
private import Layers

/// Whether this machine packs to the bytes that ``PackingFormat/current`` stands for.
///
/// The compression library chooses its code by processor; a worker that packed other bytes under the same layer keys would break
/// the promise that an image can be made again anywhere. So it asks before it takes work. It takes a few milliseconds.
package enum PackingSelfCheck {
    private static let expected = "sha256:4c395b6bce4827fccdaa1da28177e1ff78e7fa3b7672fc95652c222ccfe12e0b"

    /// - Throws: ``PackingError/otherBytes(expected:found:)`` where the bytes differ.
    package static func run() throws {
        let found = try LayerPacker(threads: 2, isCancelled: { false }).pack(entries: entries, to: Discard()).digest
        guard found.description == expected else {
            throw PackingError.otherBytes(expected: expected, found: found.description)
        }
    }

    /// Three chunks with what compressors treat differently: text, numbers without a pattern, runs.
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
