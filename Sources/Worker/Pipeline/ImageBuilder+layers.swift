import Composition
import Hashing
import Layers
import ObjectStorage
import Packing
import Records
import Registry

/// Packing: every layer that is not known and there already.
extension ImageBuilder {
    /// The layers of a plan, in its order, a few at a time.
    func pack(_ plan: LayerPlan, _ observer: some BuildObserver) async throws -> [ComposedImage.Part] {
        let keys = try plan.groups.map { try PackingFormat.current.layerKey(contents: $0.contents) }
        let known = try await present(try await ledger.layers(keys))
        var records = known
        var todo = zip(keys, plan.groups).filter { known[$0.0] == nil }[...]
        observer.phase(.packing, done: known.count, total: keys.count + 1)
        try await withThrowingTaskGroup(of: LayerRecord.self) { group in
            for (key, layer) in todo.prefix(concurrency) { group.addTask { try await pack(layer.contents, key: key) } }
            todo = todo.dropFirst(concurrency)
            for try await record in group {
                records[record.key] = record
                observer.phase(.packing, done: records.count, total: keys.count + 1)
                if let (key, layer) = todo.popFirst() { group.addTask { try await pack(layer.contents, key: key) } }
            }
        }
        return try zip(keys, plan.groups).map { key, layer in
            guard let record = records[key] else { throw StorageError.missing(key) }
            return ComposedImage.Part(record: record, comment: layer.comment)
        }
    }

    /// The layer of links that gives the image its `/bin`, `/etc`, ...
    func packSymlinks(_ outputs: [StorePath]) async throws -> ComposedImage.Part {
        let key = try Self.symlinkKey(outputs)
        let comment = "links to the packages"
        if let record = try await present(try await ledger.layers([key]))[key] {
            return ComposedImage.Part(record: record, comment: comment)
        }
        let record = try await write(key) { packer, sink in
            let forest = SymlinkForest(outputs: try outputs.map { .init(path: $0, tree: try TreeReader.tree(of: $0)) })
            return try packer.pack(entries: forest.entries, to: sink)
        }
        return ComposedImage.Part(record: record, comment: comment)
    }

    /// Of the recorded layers those whose blob is in the store now.
    private func present(_ records: [Digest: LayerRecord]) async throws -> [Digest: LayerRecord] {
        var present: [Digest: LayerRecord] = [:]
        for (key, record) in records where try await store.stat(.blob(record.descriptor.digest)) != nil { present[key] = record }
        return present
    }

    private func pack(_ contents: [StorePath], key: Digest) async throws -> LayerRecord {
        try await write(key) { packer, sink in try packer.pack(contents: contents, to: sink) }
    }

    private func write(
        _ key: Digest, _ pack: @escaping @Sendable (LayerPacker, any ByteSink) throws -> PackedLayer
    ) async throws -> LayerRecord {
        let flag = CancelFlag()
        let writer = try store.beginBlob()
        let packed = try await withTaskCancellationHandler {
            try await BlockingWork.run {
                try pack(LayerPacker(isCancelled: { flag.isRaised }), BlobSink(writer: writer))
            }
        } onCancel: {
            flag.raise()
        }
        try await ledger.reserve([packed.digest])
        try await writer.commit(as: packed.digest)
        let descriptor = LayerDescriptor(
            digest: packed.digest,
            size: packed.size,
            diffID: packed.diffID,
            codec: PackingFormat.current.codec.rawValue
        )
        return try await ledger.record(LayerRecord(key: key, descriptor: descriptor, uncompressedSize: packed.uncompressedSize))
    }

    /// Links depend on the outputs in their order, and on the version of what makes them.
    private static func symlinkKey(_ outputs: [StorePath]) throws -> Digest {
        let format = PackingFormat.current
        let parts = ["symlinks 1", "\(format.version) \(format.codec) \(format.level)"] + outputs.map(\.string)
        return try SHA256.digest(of: Array(parts.joined(separator: "\n").utf8))
    }
}

/// Hands the packer's bytes to a store.
private final class BlobSink: ByteSink {
    private let writer: any BlobWriter

    init(writer: any BlobWriter) { self.writer = writer }

    func write(_ bytes: RawSpan) throws { try writer.write(bytes) }
}
