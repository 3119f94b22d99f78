package import Composition
package import Compression
import Hashing
package import Layers
package import ObjectStorage
import Packing
import Queue
import Records
import Registry

/// Makes the layers of images: packs those that are not known and stored yet.
///
/// All images that a worker builds share one stage and so its threads: as many layers are packed at once as the machine has
/// processors, the largest of an image first, and who has no layer left helps with the others'.
package struct LayerStage: Sendable {
    private let store: any ObjectStore
    private let ledger: any LayerLedger
    private let threads: SharedThreads
    private let flights = LayerFlights()
    private let storeRoot: String

    /// - Parameter storeRoot: what precedes `/nix/store` on disk, for tests.
    package init(store: any ObjectStore, ledger: any LayerLedger, threads: SharedThreads = SharedThreads(), storeRoot: String = "") {
        self.store = store
        self.ledger = ledger
        self.threads = threads
        self.storeRoot = storeRoot
    }

    /// The layers of a plan, in its order.
    /// - Throws: errors of packing and of the store, and what the ledger throws; `CancellationError`.
    package func parts(
        of plan: LayerPlan, format: PackingFormat, observer: some BuildObserver
    ) async throws -> [ComposedImage.Part] {
        let keys = try plan.groups.map { try format.layerKey(contents: $0.contents) }
        let known = try await present(try await ledger.layers(keys))
        let todo = zip(keys, plan.groups).filter { known[$0.0] == nil }
        var records = known
        observer.phase(.packing, done: known.count, total: keys.count + 1)
        try await withThrowingTaskGroup(of: LayerRecord.self) { group in
            for (key, layer) in todo {
                group.addTask {
                    try await pack(key, format, weight: layer.narSize) { packer, sink in
                        try packer.pack(contents: layer.contents, storeRoot: storeRoot, to: sink)
                    }
                }
            }
            for try await record in group {
                records[record.key] = record
                observer.phase(.packing, done: records.count, total: keys.count + 1)
            }
        }
        return try zip(keys, plan.groups).map { key, layer in
            guard let record = records[key] else { throw StorageError.missing(key) }
            return ComposedImage.Part(record: record, comment: layer.comment)
        }
    }

    /// The layers of a plan, in its order, if all are known and stored.
    package func knownParts(of plan: LayerPlan, format: PackingFormat) async throws -> [ComposedImage.Part]? {
        let keys = try plan.groups.map { try format.layerKey(contents: $0.contents) }
        let known = try await present(try await ledger.layers(keys))
        guard known.count == Set(keys).count else { return nil }
        return zip(keys, plan.groups).compactMap { key, group in
            known[key].map { ComposedImage.Part(record: $0, comment: group.comment) }
        }
    }

    /// What lies in outputs, as it is recorded, else as it is in the Nix store, and recorded then.
    /// - Throws: `PackingError`, and what the ledger throws.
    package func trees(of outputs: [StorePath]) async throws -> [SymlinkForest.Output] {
        let known = try await ledger.trees(outputs.map(\.string))
        let linked = try await threads.run {
            try outputs.map { path in
                let tree =
                    if let known = known[path.string] { try PathTree(encoded: known) } else {
                        try TreeReader.tree(of: path, storeRoot: storeRoot)
                    }
                return SymlinkForest.Output(path: path, tree: tree)
            }
        }
        let new = linked.filter { known[$0.path.string] == nil }
        try await ledger.record(trees: Dictionary(new.map { ($0.path.string, $0.tree.encoded) }) { first, _ in first })
        return linked
    }

    /// The layer of links that gives an image its `/bin`, `/etc`, ...
    /// - Throws: as ``parts(of:format:observer:)``.
    package func links(to outputs: [SymlinkForest.Output], format: PackingFormat) async throws -> ComposedImage.Part {
        let key = try Self.linksKey(outputs.map(\.path), format)
        let known = try await present(try await ledger.layers([key]))[key]
        let record: LayerRecord
        if let known {
            record = known
        } else {
            record = try await pack(key, format) { packer, sink in
                try packer.pack(entries: SymlinkForest(outputs: outputs).entries, to: sink)
            }
        }
        return ComposedImage.Part(record: record, comment: "links to the packages")
    }

    /// Of the recorded layers those whose blob is in the store now.
    private func present(_ records: [Digest: LayerRecord]) async throws -> [Digest: LayerRecord] {
        // All at once: a store far away takes its time for each.
        try await withThrowingTaskGroup(of: LayerRecord?.self) { group in
            for record in records.values {
                group.addTask { try await store.stat(.blob(record.descriptor.digest)) == nil ? nil : record }
            }
            return try await group.reduce(into: [:]) { present, record in
                if let record { present[record.key] = record }
            }
        }
    }

    /// Packs and records a layer. Two images that need one layer at the same time pack it once.
    private func pack(
        _ key: Digest, _ format: PackingFormat, weight: Int64 = 0,
        _ pack: @escaping @Sendable (LayerPacker, any ByteSink) throws -> PackedLayer
    ) async throws -> LayerRecord {
        try await flights.record(of: key) { try await make(key, format, weight, pack) }
    }

    private func make(
        _ key: Digest, _ format: PackingFormat, _ weight: Int64,
        _ pack: @escaping @Sendable (LayerPacker, any ByteSink) throws -> PackedLayer
    ) async throws -> LayerRecord {
        let flag = CancelFlag()
        let packer = try LayerPacker(format: format, threads: threads, isCancelled: { flag.isRaised })
        let writer = try store.beginBlob()
        let packed = try await withTaskCancellationHandler {
            try await threads.run(weight: weight) { try pack(packer, BlobSink(writer: writer)) }
        } onCancel: {
            flag.raise()
        }
        try await ledger.reserve([packed.digest])
        try await writer.commit(as: packed.digest)
        let descriptor = LayerDescriptor(digest: packed.digest, size: packed.size, diffID: packed.diffID, codec: format.codec.rawValue)
        let counting = try await ledger.record(LayerRecord(key: key, descriptor: descriptor, uncompressedSize: packed.uncompressedSize))
        try await checkStored(counting, packed)
        return counting
    }

    /// The first record of a key counts, whatever came out here. On a machine that makes other bytes that is another blob, and no
    /// image may name it unless it is there.
    private func checkStored(_ record: LayerRecord, _ packed: PackedLayer) async throws {
        let digest = record.descriptor.digest
        guard digest != packed.digest, try await store.stat(.blob(digest)) == nil else { return }
        throw JobError(
            .uploadFailed,
            "the store has lost the layer \(digest), which images name, and this worker packs the same contents to \(packed.digest): "
                + "let a worker pack it whose log has no warning of other bytes, or restore the blob"
        )
    }

    /// Links depend on the outputs in their order, and on the version of what makes them.
    private static func linksKey(_ outputs: [StorePath], _ format: PackingFormat) throws -> Digest {
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
