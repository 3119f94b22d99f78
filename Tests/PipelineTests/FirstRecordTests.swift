import Assembly
import Composition
import Hashing
import Layers
import Logging
import ObjectStorage
import Pipeline
import Postgres
import Publication
import Queue
import Records
import Registry
import TestSupport
import Testing

/// The first record of a layer is the one that counts, on a real database, also where a machine makes other bytes.
@Suite struct FirstRecordTests {
    private let store: StoreOnDisk
    private let records: StoredLedger

    init() async throws {
        store = try StoreOnDisk()
        let database = try await TemporaryPostgres.shared.database(migrations: "Migrations")
        let pool = try PostgresPool(database, size: 2, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        records = StoredLedger(records: Records(pool: pool), store: store.blobs, pool: pool)
    }

    /// Two workers pack a layer at once; the other, whose bytes are different, is first.
    @Test func earlierRecordIsNamed() async throws {
        let plan = try store.plan(sizes: [100])
        let earlier = try await store.record(contents: plan.groups[0].contents, bytes: [1, 2, 3])
        #expect(try await records.record(earlier) == earlier)
        let stage = LayerStage(store: store.blobs, ledger: UnknowingLedger(records: records), storeRoot: store.root)
        let part = try await stage.parts(of: plan, format: .gzip, observer: Silent())[0]
        #expect(part.record == earlier)
        #expect(try await records.layers([earlier.key]) == [earlier.key: earlier])
        // Whoever comes later names it too, without packing.
        let later = LayerStage(store: store.blobs, ledger: records, storeRoot: store.root)
        #expect(try await later.parts(of: plan, format: .gzip, observer: Silent())[0].record == earlier)
    }

    /// Else an image would name a blob that is nowhere.
    @Test func lostBlobOfOtherBytesIsAnError() async throws {
        let plan = try store.plan(sizes: [100])
        let digest = try SHA256.digest(of: [9])
        let key = try PackingFormat.gzip.layerKey(contents: plan.groups[0].contents)
        let descriptor = LayerDescriptor(digest: digest, size: 1, diffID: digest, codec: "gzip")
        _ = try await records.record(LayerRecord(key: key, descriptor: descriptor, uncompressedSize: 1))
        let stage = LayerStage(store: store.blobs, ledger: records, storeRoot: store.root)
        let error = await #expect(throws: JobError.self) { try await stage.parts(of: plan, format: .gzip, observer: Silent()) }
        #expect(error?.code == .uploadFailed)
        #expect(error?.message.contains(digest.description) == true)
    }
}

/// Knows no layer until it is asked to record one: the other worker was quicker.
private struct UnknowingLedger: LayerLedger {
    let records: StoredLedger

    func layers(_ keys: [Digest]) -> [Digest: LayerRecord] { [:] }
    func record(_ layer: LayerRecord) async throws -> LayerRecord { try await records.record(layer) }
    func reserve(_ digests: [Digest]) async throws { try await records.reserve(digests) }
    func record(_ paths: [PathRecord]) async throws -> [PathRecord] { try await records.record(paths) }
    func popularity(_ digest: Digest) async throws -> [UInt8]? { try await records.popularity(digest) }
}
