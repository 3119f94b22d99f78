import Assembly
import Foundation
import Hashing
import Layers
import ObjectStorage
import Packing
import Pipeline
import Records
import Registry
import Synchronization
import TestSupport

/// Store paths below a directory and a store for blobs beside them, removed after the test.
final class StoreOnDisk: Sendable {
    let root: String
    let blobs: any ObjectStore

    init() throws {
        root = NSTemporaryDirectory() + "layers-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: root + "/nix/store", withIntermediateDirectories: true)
        blobs = try DirectoryStore(root: root + "/blobs")
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// One layer for each size, of one store path that is a file of that many bytes.
    func plan(sizes: [Int]) throws -> LayerPlan {
        LayerPlan(
            groups: try sizes.map { size in
                let digits = String(repeating: "0", count: 32 - String(size).count) + String(size)
                let path = try StorePath("/nix/store/\(digits)-file")
                try Data(repeating: UInt8(size & 127), count: size).write(to: URL(filePath: root + path.string))
                return LayerGroup(contents: [path], narSize: Int64(size), anchor: path, reason: .solo)
            }
        )
    }

    /// Stores `bytes` as the layer of `contents`.
    func record(contents: [StorePath], bytes: [UInt8]) async throws -> LayerRecord {
        let digest = try SHA256.digest(of: bytes)
        try await blobs.put(bytes, as: digest)
        let descriptor = LayerDescriptor(digest: digest, size: Int64(bytes.count), diffID: digest, codec: "gzip")
        return LayerRecord(key: try PackingFormat.gzip.layerKey(contents: contents), descriptor: descriptor, uncompressedSize: 512)
    }
}

/// Remembers which blobs were committed, in order, and in which order they were begun to be written.
final class OrderedStore: ForwardingStore {
    let store: any ObjectStore
    private let digests = Mutex<[Digest]>([])
    private let begun = Mutex<[(number: Int, digest: Digest)]>([])
    private let count = Atomic(0)

    init(_ store: any ObjectStore) { self.store = store }

    var committed: [Digest] { digests.withLock(\.self) }
    var written: [Digest] { begun.withLock { $0.sorted { $0.number < $1.number }.map(\.digest) } }

    func beginBlob(contentType: String) throws -> any BlobWriter {
        Writer(writer: try store.beginBlob(contentType: contentType), store: self)
    }

    private final class Writer: BlobWriter {
        private let writer: any BlobWriter
        private let store: OrderedStore
        private let number = Mutex<Int?>(nil)

        init(writer: any BlobWriter, store: OrderedStore) {
            self.writer = writer
            self.store = store
        }

        func write(_ bytes: RawSpan) throws {
            number.withLock { $0 = $0 ?? store.count.add(1, ordering: .relaxed).newValue }
            try writer.write(bytes)
        }

        func commit(as digest: Digest) async throws {
            try await writer.commit(as: digest)
            store.digests.withLock { $0.append(digest) }
            let number = number.withLock { $0 ?? 0 }
            store.begun.withLock { $0.append((number, digest)) }
        }
    }
}

/// Knows some layers, and takes whatever it is given.
struct FixedLedger: LayerLedger {
    let known: [LayerRecord]

    func layers(_ keys: [Digest]) -> [Digest: LayerRecord] {
        Dictionary(uniqueKeysWithValues: known.filter { keys.contains($0.key) }.map { ($0.key, $0) })
    }
    func record(_ layer: LayerRecord) -> LayerRecord { layer }
    func reserve(_ digests: [Digest]) {}
    func popularity(_ digest: Digest) -> [UInt8]? { nil }
    func record(_ paths: [PathRecord]) -> [PathRecord] { paths }
}

struct Silent: BuildObserver {
    func phase(_ phase: BuildPhase, done: Int, total: Int) {}
    func log(_ line: String) {}
}

final class CountingSink: ByteSink {
    private(set) var count = 0

    func write(_ bytes: RawSpan) { count += bytes.byteCount }
}
