import ArgumentParser
import Compression
import Dispatch
import Glibc
import Hashing
import Layers
import Packing
import Synchronization

/// Measures each part of packing alone, on all threads at once: what packing would take if its parts overlapped perfectly and
/// nothing else had to be done. Prints for each part how long it took and how many seconds of processors, as JSON.
struct Limit: ParsableCommand {
    /// Bytes of one piece of work.
    private static let pieceSize = 1 << 22

    @Option(help: "gzip or zstd.")
    var codec: String

    @Option(help: "How many threads work.")
    var threads: Int

    @Option(help: "The archive of the files.")
    var archive: String

    @Option(help: "A file with the names of all files of the archive, each ended by NUL.")
    var list: String

    func run() throws {
        let format = try PackingFormat.named(codec)
        let names = try Self.contents(list).split(separator: 0).map { Array($0) + [0] }
        let read = try measure(pieces: names.count) { { try Self.read(names[$0]) } }

        let archive = try Self.contents(archive)
        let pieces = stride(from: 0, to: archive.count, by: Self.pieceSize).map { $0..<min($0 + Self.pieceSize, archive.count) }
        let hash = try measure(pieces: pieces.count) { { try Self.hash(archive, pieces[$0]) } }

        let sizes = Mutex([Int](repeating: 0, count: pieces.count))
        let compress = try measure(pieces: pieces.count) {
            let compress =
                switch format.codec {
                case .gzip: Self.compression(try DeflateEncoder(), archive)
                case .zstd: Self.compression(try ZstdEncoder(), archive)
                }
            return { number in
                let size = try compress(pieces[number])
                sizes.withLock { $0[number] = size }
            }
        }
        // As many bytes as came out; what they are does not matter to the hash.
        let outputs = sizes.withLock(\.self).enumerated().map { pieces[$0.offset].lowerBound..<pieces[$0.offset].lowerBound + $0.element }
        let hashAgain = try measure(pieces: outputs.count) { { try Self.hash(archive, outputs[$0]) } }
        let parts = [("read", read), ("hash", hash), ("compress", compress), ("hash compressed", hashAgain)]
        print("{" + parts.map { "\"\($0)\": \($1.json)" }.joined(separator: ", ") + "}")
    }

    /// How long all pieces take, each thread taking the next with a worker of its own.
    private func measure(pieces: Int, makeWorker: @Sendable () throws -> (Int) throws -> Void) throws -> Part {
        let next = Atomic(0)
        let failure = Mutex<(any Error)?>(nil)
        let part = Part.measure {
            DispatchQueue.concurrentPerform(iterations: threads) { _ in
                do {
                    let work = try makeWorker()
                    while true {
                        let piece = next.add(1, ordering: .relaxed).oldValue
                        guard piece < pieces else { return }
                        try work(piece)
                    }
                } catch {
                    failure.withLock { $0 = error }
                }
            }
        }
        if let error = failure.withLock(\.self) { throw error }
        return part
    }

    private static func read(_ name: [UInt8]) throws {
        let descriptor = unsafe name.withUnsafeBufferPointer { name in
            unsafe name.withMemoryRebound(to: CChar.self) { name in
                unsafe name.baseAddress.map { unsafe open($0, O_RDONLY | O_CLOEXEC) } ?? -1
            }
        }
        guard descriptor >= 0 else { throw SystemFailure("open", errno) }
        defer { close(descriptor) }
        try unsafe withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 64) { buffer in
            while true {
                let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                guard count >= 0 else { throw SystemFailure("read", errno) }
                if count < buffer.count { return }
            }
        }
    }

    private static func hash(_ bytes: [UInt8], _ piece: Range<Int>) throws {
        var hash = try SHA256()
        unsafe bytes.withUnsafeBytes { unsafe hash.update(UnsafeRawBufferPointer(rebasing: $0[piece])) }
        _ = try hash.finalize()
    }

    /// A function that compresses a part of `bytes` and says how large the result is.
    private static func compression<Encoder: ChunkEncoder>(_ encoder: Encoder, _ bytes: [UInt8]) -> (Range<Int>) throws -> Int {
        var output = [UInt8](repeating: 0, count: Encoder.outputCapacity)
        return { piece in
            try unsafe bytes.withUnsafeBytes { bytes in
                try stride(from: piece.lowerBound, to: piece.upperBound, by: Encoder.inputCapacity).reduce(0) { size, start in
                    let chunk = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + Encoder.inputCapacity, piece.upperBound)])
                    return try unsafe size + output.withUnsafeMutableBytes { try unsafe encoder.encode(chunk, into: $0) }
                }
            }
        }
    }

    private static func contents(_ path: String) throws -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFailure("open", errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw SystemFailure("fstat", errno) }
        return try unsafe [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, filled in
            while filled < buffer.count {
                let count = unsafe Glibc.read(
                    descriptor, UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...]).baseAddress,
                    buffer.count - filled)
                guard count > 0 else { throw SystemFailure("read", errno) }
                filled += count
            }
        }
    }
}
