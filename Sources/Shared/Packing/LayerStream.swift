internal import Compression
internal import Hashing
internal import Layers
private import Synchronization

/// The way of a layer's bytes: archive -> SHA-256 (diff ID) -> compression -> SHA-256 (digest) -> sink.
final class LayerStream {
    /// Behind the compressor: hashes, counts and hands on.
    private final class Outlet {
        let sink: any ByteSink
        var digest: SHA256
        var size: Int64 = 0

        init(sink: any ByteSink) throws {
            self.sink = sink
            digest = try SHA256()
        }

        func take(_ bytes: RawSpan) throws {
            unsafe bytes.withUnsafeBytes { unsafe digest.update($0) }
            size += Int64(bytes.byteCount)
            try sink.write(bytes)
        }
    }

    /// Of the uncompressed bytes. The compressor shows them on whichever thread compresses.
    private final class PlainHash: Sendable {
        private let hash: Mutex<SHA256>

        init() throws { hash = Mutex(try SHA256()) }

        func take(_ bytes: RawSpan) {
            hash.withLock { hash in unsafe bytes.withUnsafeBytes { unsafe hash.update($0) } }
        }

        func finalize() throws -> Digest { try hash.withLock { try $0.finalize() } }
    }

    /// Bytes of one read.
    private static let readSize: Int64 = 256 << 10

    private let diffID: PlainHash
    private var uncompressedSize: Int64 = 0
    private let compressor: any Compressor
    private let outlet: Outlet

    init(_ codec: PackingFormat.Codec, threads: SharedThreads?, sink: any ByteSink) throws {
        let hash = try PlainHash()
        diffID = hash
        compressor =
            switch codec {
            case .gzip: GzipCompressor(threads: threads, observer: hash.take)
            case .zstd: ZstdCompressor(threads: threads, observer: hash.take)
            }
        outlet = try Outlet(sink: sink)
    }

    func write(_ bytes: RawSpan) throws {
        uncompressedSize += Int64(bytes.byteCount)
        try compressor.write(bytes, to: outlet.take)
    }

    /// Reads once from a file, at most `limit` bytes, and returns how many came: 0 at its end.
    func read(from file: StoreFile, limit: Int64) throws -> Int {
        let count = try unsafe compressor.read(atMost: Int(min(limit, Self.readSize)), from: file.read(into:), to: outlet.take)
        uncompressedSize += Int64(count)
        return count
    }

    func write(_ bytes: [UInt8]) throws { try unsafe write(bytes.span.bytes) }

    /// The zero bytes that follow contents of `size` bytes.
    func pad(after size: Int64) throws {
        let zeros = TarHeader.endOfArchive
        try write(unsafe zeros.span.bytes.extracting(first: TarHeader.padding(after: size)))
    }

    func finish() throws -> PackedLayer {
        try write(TarHeader.endOfArchive)
        try compressor.finish(to: outlet.take)
        return PackedLayer(
            diffID: try diffID.finalize(), digest: try outlet.digest.finalize(), size: outlet.size, uncompressedSize: uncompressedSize)
    }
}
