package import Compression
package import Layers

/// Packs layers: one pass over the files, in memory that does not grow with them (about 3 MB with gzip or 10 MB with zstd for each
/// chunk that is being compressed).
package struct LayerPacker: Sendable {
    private let format: PackingFormat
    private let threads: SharedThreads?
    private let isCancelled: @Sendable () -> Bool

    /// - Parameters:
    ///   - format: must be one that this program knows.
    ///   - threads: who compresses beside the calling thread. The bytes do not depend on it.
    ///   - isCancelled: asked before each entry and each read. The default asks the current task, which works on a thread
    ///     that runs a task; packing on another thread needs a flag of its own.
    /// - Throws: ``PackingError/unsupportedFormat(_:)``.
    package init(
        format: PackingFormat, threads: SharedThreads? = nil, isCancelled: @escaping @Sendable () -> Bool = { Task.isCancelled }
    ) throws(PackingError) {
        guard PackingFormat.known.contains(format) else { throw .unsupportedFormat(format) }
        self.format = format
        self.threads = threads
        self.isCancelled = isCancelled
    }

    /// Packs store paths as they lie on disk.
    ///
    /// - Parameters:
    ///   - contents: in any order; packed in bytewise order, each once.
    ///   - storeRoot: what precedes `/nix/store` on disk, for tests and for stores below another root.
    ///   - sink: gets the compressed layer. After an error what it got is not a layer.
    /// - Throws: ``PackingError`` and ``TarError`` naming the path, `CancellationError`, or what the sink threw.
    package func pack(contents: some Sequence<StorePath>, storeRoot: String = "", to sink: any ByteSink) throws -> PackedLayer {
        let stream = try LayerStream(format.codec, threads: threads, sink: sink)
        // Always there, so that a layer can be unpacked alone and every layer says the same of these two.
        for parent in ["nix", "nix/store"] {
            try stream.write(TarHeader(path: Array(parent.utf8), kind: .directory, mode: 0o755).bytes)
        }
        let writer = StorePathWriter(stream: stream, isCancelled: isCancelled)
        for path in Set(contents).sorted() { try writer.write(path, storeRoot: storeRoot) }
        return try stream.finish()
    }

    /// Packs entries that are in memory, such as those of the symlink layer.
    ///
    /// - Parameter entries: in the order of their archive names.
    /// - Throws: as the other form; ``PackingError/order(path:)`` for another order or a name that is there twice.
    package func pack(entries: some Sequence<TarEntry>, to sink: any ByteSink) throws -> PackedLayer {
        let stream = try LayerStream(format.codec, threads: threads, sink: sink)
        var last: [UInt8] = []
        for entry in entries {
            if isCancelled() { throw CancellationError() }
            let name = entry.archiveName
            guard last.lexicographicallyPrecedes(name) else { throw PackingError.order(path: entry.pathText) }
            last = name
            try stream.write(TarHeader(entry).bytes)
            if case .file(let contents) = entry.content {
                try stream.write(contents)
                try stream.pad(after: Int64(contents.count))
            }
        }
        return try stream.finish()
    }
}
