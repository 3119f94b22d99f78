import Assembly
import Composition
import Compression
import Dispatch
import Hashing
import Layers
import ObjectStorage
import Packing
import Pipeline
import Records
import Registry
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct LayerStageTests {
    private let store: StoreOnDisk

    init() throws { store = try StoreOnDisk() }

    @Test(arguments: PackingFormat.known)
    func everyLayerIsPackedAndStored(format: PackingFormat) async throws {
        let plan = try store.plan(sizes: [10, 3_000_000, 40_000])
        let stage = LayerStage(store: store.blobs, ledger: EmptyLedger(), threads: SharedThreads(count: 2), storeRoot: store.root)
        let parts = try await stage.parts(of: plan, format: format, observer: Silent())
        #expect(parts.count == 3)
        for (part, group) in zip(parts, plan.groups) {
            let sink = CountingSink()
            let alone = try LayerPacker(format: format).pack(contents: group.contents, storeRoot: store.root, to: sink)
            #expect(
                part.record.descriptor
                    == LayerDescriptor(digest: alone.digest, size: alone.size, diffID: alone.diffID, codec: format.codec.rawValue))
            #expect(part.record.uncompressedSize == alone.uncompressedSize)
            #expect(try part.record.key == format.layerKey(contents: group.contents))
            #expect(try await store.blobs.stat(.blob(alone.digest)) != nil)
        }
    }

    /// So that the largest does not begin when all others have ended.
    @Test func largestFirst() async throws {
        let plan = try store.plan(sizes: [10, 3_000_000, 40_000, 500])
        let order = OrderedStore(store.blobs)
        let threads = SharedThreads(count: 1)
        let stage = LayerStage(store: order, ledger: EmptyLedger(), threads: threads, storeRoot: store.root)
        // The one thread is busy until all layers wait for it.
        let gate = DispatchSemaphore(value: 0)
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        async let busy: Void = threads.run {
            begin.finish()
            gate.wait()
        }
        for await _ in begun {}
        async let packed = stage.parts(of: plan, format: .gzip, observer: Silent())
        while threads.waiting < 4 { try await nextTurn() }
        gate.signal()
        try await busy
        let parts = try await packed
        let digests = parts.map(\.record.descriptor.digest)
        #expect(order.written == [digests[1], digests[2], digests[3], digests[0]])
    }

    @Test func whatIsKnownAndStoredIsNotPacked() async throws {
        let plan = try store.plan(sizes: [10, 20])
        let known = try await store.record(contents: plan.groups[0].contents, bytes: [1, 2, 3])
        let order = OrderedStore(store.blobs)
        let stage = LayerStage(store: order, ledger: FixedLedger(known: [known]), storeRoot: store.root)
        let parts = try await stage.parts(of: plan, format: .gzip, observer: Silent())
        #expect(parts[0].record == known)
        #expect(order.committed == [parts[1].record.descriptor.digest])
    }

    /// A record whose blob is gone is no help.
    @Test func whatIsKnownButGoneIsPackedAgain() async throws {
        let plan = try store.plan(sizes: [10])
        let packed = try LayerPacker(format: .gzip).pack(contents: plan.groups[0].contents, storeRoot: store.root, to: CountingSink())
        let descriptor = LayerDescriptor(digest: packed.digest, size: packed.size, diffID: packed.diffID, codec: "gzip")
        let key = try PackingFormat.gzip.layerKey(contents: plan.groups[0].contents)
        let known = LayerRecord(key: key, descriptor: descriptor, uncompressedSize: packed.uncompressedSize)
        let stage = LayerStage(store: store.blobs, ledger: FixedLedger(known: [known]), storeRoot: store.root)
        #expect(try await stage.parts(of: plan, format: .gzip, observer: Silent()).map(\.record) == [known])
        #expect(try await store.blobs.stat(.blob(packed.digest)) != nil)
    }

    @Test(arguments: PackingFormat.known)
    func linksAreALayer(format: PackingFormat) async throws {
        let outputs = try store.plan(sizes: [10, 20]).groups.flatMap(\.contents)
        let stage = LayerStage(store: store.blobs, ledger: EmptyLedger(), storeRoot: store.root)
        let part = try await stage.links(to: try await stage.trees(of: outputs), format: format)
        #expect(try await store.blobs.stat(.blob(part.record.descriptor.digest)) != nil)
        #expect(part.record.descriptor.codec == format.codec.rawValue)
        let reversed = try await stage.links(to: try await stage.trees(of: outputs.reversed()), format: format)
        #expect(reversed.record.key != part.record.key)
    }

    /// What an image of zstd layers is called, and that Docker's older clients are offered none.
    @Test func manifestOfZstdLayers() async throws {
        let plan = try store.plan(sizes: [10])
        let stage = LayerStage(store: store.blobs, ledger: EmptyLedger(), storeRoot: store.root)
        let recipe = Recipe(
            source: .path("/srv/set"), name: try ImageName(parsing: "hello"), layering: .init(strategy: "closure", budget: 94),
            packing: .zstd)
        let image = try ComposedImage(recipe: recipe, parts: try await stage.parts(of: plan, format: .zstd, observer: Silent())).image
        #expect(image.docker == nil)
        #expect(String(decoding: image.oci.bytes, as: UTF8.self).contains(MediaType.ociLayerPrefix + "zstd"))
    }

    @Test func missingPathIsNamed() async throws {
        let missing = try StorePath("/nix/store/" + String(repeating: "z", count: 32) + "-missing")
        let plan = LayerPlan(groups: [LayerGroup(contents: [missing], narSize: 1, anchor: missing, reason: .solo)])
        let stage = LayerStage(store: store.blobs, ledger: EmptyLedger(), storeRoot: store.root)
        let error = await #expect(throws: PackingError.self) { try await stage.parts(of: plan, format: .gzip, observer: Silent()) }
        #expect(error?.description.contains(missing.string) == true)
    }

    @Test func cancelledBuildsPackNothing() async throws {
        let plan = try store.plan(sizes: [10, 20])
        let order = OrderedStore(store.blobs)
        let stage = LayerStage(store: order, ledger: EmptyLedger(), storeRoot: store.root)
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return try await stage.parts(of: plan, format: .gzip, observer: Silent())
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(order.committed.isEmpty)
    }
}
