import Compression
import Foundation

/// Bytes that compress well, badly, and by runs; always the same ones.
enum Noise: CaseIterable {
    case text, random, zeros

    /// A block of 64 KiB, twice what deflate looks back, over and over.
    func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count { bytes += block.prefix(count - bytes.count) }
        return bytes
    }

    private var block: [UInt8] {
        switch self {
        case .text: Self.textBlock
        case .random: Self.randomBlock
        case .zeros: Self.zeroBlock
        }
    }

    private static let zeroBlock = [UInt8](repeating: 0, count: 1 << 16)

    private static let randomBlock: [UInt8] = {
        var generator = Xorshift()
        return (0..<1 << 16).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 32) }
    }()

    private static let textBlock: [UInt8] = {
        var generator = Xorshift()
        let words = ["derivation ", "closure ", "layer ", "manifest\n", "digest ", "store "].map { Array($0.utf8) }
        var bytes: [UInt8] = []
        while bytes.count < 1 << 16 { bytes += words[Int(generator.next() % UInt64(words.count))] }
        return Array(bytes.prefix(1 << 16))
    }()
}

/// A generator whose numbers are the same everywhere (Marsaglia, "Xorshift RNGs", 2003).
private struct Xorshift {
    private var state: UInt64 = 0x9e37_79b9_7f4a_7c15

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

enum Codec: String, CaseIterable {
    case gzip, zstd

    /// Bytes of a chunk.
    var chunk: Int {
        switch self {
        case .gzip: 1 << 20
        case .zstd: 1 << 22
        }
    }

    func compressor(threads: Int, observer: (@Sendable (RawSpan) -> Void)? = nil) -> any Compressor {
        let threads = threads > 0 ? SharedThreads(count: threads) : nil
        return switch self {
        case .gzip: GzipCompressor(threads: threads, observer: observer)
        case .zstd: ZstdCompressor(threads: threads, observer: observer)
        }
    }

    func compress(_ bytes: [UInt8], threads: Int, cut: Int = .max, observer: (@Sendable (RawSpan) -> Void)? = nil) throws -> [UInt8] {
        let compressor = compressor(threads: threads, observer: observer)
        var output: [UInt8] = []
        func collect(_ piece: RawSpan) { unsafe piece.withUnsafeBytes { unsafe output.append(contentsOf: $0) } }
        var rest = bytes[...]
        while !rest.isEmpty {
            try unsafe compressor.write(Array(rest.prefix(cut)).span.bytes, to: collect)
            rest = rest.dropFirst(cut)
        }
        try compressor.finish(to: collect)
        return output
    }

    /// What the system's program of that name makes of `bytes`.
    func unpack(_ bytes: [UInt8]) throws -> [UInt8] {
        let directory = FileManager.default.temporaryDirectory.appending(component: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let packed = directory.appending(component: "packed")
        let plain = directory.appending(component: "plain")
        try Data(bytes).write(to: packed)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "exec \(rawValue) -dc < \"$0\" > \"$1\"", packed.path(), plain.path()]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw UnpackingFailed(status: process.terminationStatus) }
        return [UInt8](try Data(contentsOf: plain))
    }
}

struct UnpackingFailed: Error { let status: Int32 }
