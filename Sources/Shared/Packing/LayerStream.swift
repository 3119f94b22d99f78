internal import Compression
internal import Hashing
internal import Layers

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

    /// Bytes of one read; small enough to stay in a processor's cache until they are hashed.
    private static let readSize: Int64 = 256 << 10

    private var diffID: SHA256
    private var uncompressedSize: Int64 = 0
    private let compressor: any Compressor
    private let outlet: Outlet

    init(compressor: any Compressor, sink: any ByteSink) throws {
        diffID = try SHA256()
        self.compressor = compressor
        outlet = try Outlet(sink: sink)
    }

    func write(_ bytes: RawSpan) throws {
        unsafe bytes.withUnsafeBytes { unsafe diffID.update($0) }
        uncompressedSize += Int64(bytes.byteCount)
        try compressor.write(bytes, to: outlet.take)
    }

    /// Reads once from a file, at most `limit` bytes, and returns how many came: 0 at its end.
    func read(from file: StoreFile, limit: Int64) throws -> Int {
        let count = try unsafe compressor.read(
            atMost: Int(min(limit, Self.readSize)),
            from: { room in
                let count = try unsafe file.read(into: room)
                unsafe diffID.update(UnsafeRawBufferPointer(rebasing: room[..<count]))
                return count
            }, to: outlet.take)
        uncompressedSize += Int64(count)
        return count
    }

    func write(_ bytes: [UInt8]) throws { try unsafe write(bytes.span.bytes) }

    /// The zero bytes that follow contents of `size` bytes.
    func pad(after size: Int64) throws {
        let padding = TarHeader.padding(after: size)
        if padding > 0 { try write([UInt8](repeating: 0, count: padding)) }
    }

    func finish() throws -> PackedLayer {
        try write(TarHeader.endOfArchive)
        try compressor.finish(to: outlet.take)
        return PackedLayer(
            diffID: try diffID.finalize(), digest: try outlet.digest.finalize(), size: outlet.size, uncompressedSize: uncompressedSize)
    }
}
