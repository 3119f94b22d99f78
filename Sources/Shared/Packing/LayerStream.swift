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
