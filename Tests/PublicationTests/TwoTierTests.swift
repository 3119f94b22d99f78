import Glibc
import Hashing
import ObjectStorage
import Publication
import Records
import Registry
import Testing

/// The store as the second tier: it fills an empty database, and nothing damaged gets through.
@Suite struct TwoTierTests {
    @Test(arguments: ManifestFormat.allCases)
    func anEmptiedDatabaseIsFilledFromTheStore(format: ManifestFormat) async throws {
        let before = try await PublicationFixture()
        let recipe = try PublicationFixture.recipe("git/hello")
        let image = try await before.publish(recipe, layers: ["one", "two"])
        try await before.sweep()

        let after = try await PublicationFixture(store: before.root)
        let found = try #require(try await after.library.manifest(of: recipe, key: recipe.buildKey(), format: format))
        #expect(found == (format == .oci ? image.oci : image.docker))
        // From now on the database has it, by digest too, and it counts as any other image.
        #expect(try await after.records.manifest(digest: image.oci.digest)?.bytes == image.oci.bytes)
        #expect(try await after.value("SELECT count(*)::text AS value FROM farm.manifest_layers") == "2")
        // A worker does not pack a layer again that the store has.
        let keys = image.layerKeys
        #expect(try await after.ledger.layers(keys) == before.ledger.layers(keys))
        // An image of another name is not.
        let other = try PublicationFixture.recipe("git")
        #expect(try await after.library.manifest(of: other, key: other.buildKey(), format: format) == nil)
    }

    @Test func aManifestByDigestIsFoundInTheStore() async throws {
        let before = try await PublicationFixture()
        let image = try await before.publish(PublicationFixture.recipe("hello"), layers: ["one"])
        let after = try await PublicationFixture(store: before.root)
        for manifest in [image.oci, try #require(image.docker)] {
            #expect(try await after.library.manifest(digest: manifest.digest) == manifest)
        }
        // A blob that is no manifest is none.
        #expect(try await after.library.manifest(digest: image.configDigest) == nil)
    }

    enum Damage: CaseIterable {
        case truncated, altered, empty, notJSON, anotherImage, noConfig, alteredConfig, noLayer, shortLayer
    }

    @Test(arguments: Damage.allCases)
    func nothingDamagedIsServed(damage: Damage) async throws {
        let before = try await PublicationFixture()
        let recipe = try PublicationFixture.recipe("hello")
        let image = try await before.publish(recipe, layers: ["one", "two"])
        try await before.sweep()
        let name = ObjectName.manifest(try recipe.buildKey())
        let bytes = image.oci.bytes
        func replace(_ name: ObjectName, _ bytes: [UInt8]) async throws {
            _ = try await before.store.put(bytes, as: name, contentType: "application/json", ifAbsent: false)
        }
        let layer = ObjectName.blob(try SHA256.digest(of: Array("two".utf8)))
        switch damage {
        case .truncated: try await replace(name, Array(bytes.dropLast()))
        case .altered:
            let text = String(decoding: bytes, as: UTF8.self).replacing(#""size":3"#, with: #""size":4"#)
            try await replace(name, Array(text.utf8))
        case .empty: try await replace(name, [])
        case .notJSON: try await replace(name, Array("<html>".utf8))
        case .anotherImage:
            let other = try await before.publish(PublicationFixture.recipe("git"), layers: ["one"])
            try await replace(name, other.oci.bytes)
        case .noConfig: #expect(try await before.store.delete(.blob(image.configDigest)))
        case .alteredConfig: try await replace(.blob(image.configDigest), Array("{}".utf8))
        case .noLayer: #expect(try await before.store.delete(layer))
        case .shortLayer: try await replace(layer, Array("tw".utf8))
        }
        let after = try await PublicationFixture(store: before.root)
        #expect(try await after.library.manifest(of: recipe, key: recipe.buildKey(), format: .oci) == nil)
        #expect(try await after.value("SELECT count(*)::text AS value FROM farm.manifests") == "0")
    }

    @Test(arguments: ["", "{}", "damaged", "other key", "no blob", "short blob"])
    func aDamagedLayerRecordIsNotTaken(damage: String) async throws {
        let before = try await PublicationFixture()
        let layer = try await before.layer("one")
        let name = ObjectName.build(layer.key)
        try await before.sweep()
        let stored = try #require(try await before.store.get(name, limit: 4096))
        #expect(LayerRecordObject.record(stored) == layer)
        func replace(_ name: ObjectName, _ bytes: [UInt8]) async throws {
            _ = try await before.store.put(bytes, as: name, contentType: "application/json", ifAbsent: false)
        }
        switch damage {
        case "damaged": try await replace(name, Array(stored.dropLast(2)))
        case "other key":
            let other = try await before.layer("two")
            try await replace(name, LayerRecordObject.bytes(other))
        case "no blob": #expect(try await before.store.delete(.blob(layer.descriptor.digest)))
        case "short blob": try await replace(.blob(layer.descriptor.digest), [1])
        default: try await replace(name, Array(damage.utf8))
        }
        let after = try await PublicationFixture(store: before.root)
        #expect(try await after.ledger.layers([layer.key]).isEmpty)
    }

    @Test func whatWasCommittedIsWrittenOnce() async throws {
        let farm = try await PublicationFixture()
        let recipe = try PublicationFixture.recipe("hello")
        let image = try await farm.publish(recipe, layers: ["one"])
        #expect(try await !farm.isStored(.manifest(recipe.buildKey())))
        try await farm.sweep()
        #expect(try await farm.store.get(.manifest(recipe.buildKey()), limit: 1 << 20) == image.oci.bytes)
        #expect(try await farm.isStored(.build(image.layerKeys[0])))
        #expect(try await farm.value("SELECT count(*)::text AS value FROM farm.outbox") == "0")
    }

    /// The store is out of reach when the outbox is swept: the entries stay, and the next sweep that is due writes them.
    @Test func whatCouldNotBeWrittenIsWrittenLater() async throws {
        let farm = try await PublicationFixture()
        let recipe = try PublicationFixture.recipe("hello")
        _ = try await farm.publish(recipe, layers: ["one"])
        let hidden = farm.root + "-away"
        #expect(unsafe rename(farm.root, hidden) == 0)
        await #expect(throws: StorageError.self) { try await farm.sweep() }
        #expect(unsafe rename(hidden, farm.root) == 0)
        #expect(try await farm.value("SELECT count(*)::text AS value FROM farm.outbox") == "2")
        #expect(try await farm.outbox.sweep() == 0)
        try await farm.execute("UPDATE farm.outbox SET run_after = now()")
        try await farm.sweep()
        #expect(try await farm.isStored(.manifest(recipe.buildKey())))
    }

    @Test func aVanishedBlobIsForgottenWithAllThatNamesIt() async throws {
        let farm = try await PublicationFixture()
        let recipe = try PublicationFixture.recipe("hello")
        let image = try await farm.publish(recipe, layers: ["one", "two"])
        let other = try PublicationFixture.recipe("git")
        _ = try await farm.publish(other, layers: ["two"])
        try await farm.sweep()
        let one = try SHA256.digest(of: Array("one".utf8))
        #expect(try await farm.library.manifest(of: recipe, key: recipe.buildKey(), format: .oci) == image.oci)
        #expect(try await farm.store.delete(.blob(one)))
        // Without its id it may be any directory.
        await #expect(throws: StoreIdentityError.self) { try await farm.library.vanished(one) }
        try await StoreIdentity.check(farm.store, farm.pool)
        // Nor is a blob gone that is there.
        #expect(try await !farm.library.vanished(SHA256.digest(of: Array("two".utf8))))
        #expect(try await farm.ledger.layers(image.layerKeys).count == 2)
        #expect(try await farm.library.vanished(one))
        #expect(try await farm.library.manifest(of: recipe, key: recipe.buildKey(), format: .oci) == nil)
        #expect(try await farm.library.manifest(of: other, key: other.buildKey(), format: .oci) != nil)
        #expect(try await farm.ledger.layers(image.layerKeys).count == 1)
        #expect(try await !farm.library.vanished(one))
    }

    @Test func aDatabaseKnowsItsStore() async throws {
        let farm = try await PublicationFixture()
        try await StoreIdentity.check(farm.store, farm.pool)
        try await StoreIdentity.check(farm.store, farm.pool)
        let other = try await PublicationFixture()
        let error = try #require(
            await #expect(throws: StoreIdentityError.self) { try await StoreIdentity.check(other.store, farm.pool) })
        #expect(error.description.contains(other.root) && error.description.contains(farm.root))
        try await StoreIdentity.confirm(farm.store, farm.pool)
        await #expect(throws: StoreIdentityError.self) { try await StoreIdentity.confirm(other.store, farm.pool) }
    }

    /// Of processes that start together on two stores, those of one are told.
    @Test func startedTogetherOneStoreWins() async throws {
        let (one, two) = (try await PublicationFixture(), try await PublicationFixture())
        let errors = await withTaskGroup(of: (any Error)?.self) { group in
            for store in [one.store, two.store, one.store, two.store] {
                group.addTask {
                    do { try await StoreIdentity.check(store, one.pool) } catch { return error }
                    return nil
                }
            }
            return await group.reduce(into: [any Error]()) { errors, error in if let error { errors.append(error) } }
        }
        #expect(errors.count == 2 && errors.allSatisfy { $0 is StoreIdentityError })
    }

    /// A store that keeps no preconditions is given one id all the same, by one of those that found none.
    @Test func startedTogetherOnANewStoreOneGivesTheId() async throws {
        let farm = try await PublicationFixture()
        let store = HeedlessStore(farm.store, together: 4)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { try await StoreIdentity.check(store, farm.pool) } }
            try await group.waitForAll()
        }
        try await StoreIdentity.confirm(farm.store, farm.pool)
    }

    @Test func aDatabaseGivesItsStoresIdToNoOther() async throws {
        let farm = try await PublicationFixture()
        try await StoreIdentity.check(farm.store, farm.pool)
        #expect(try await farm.store.delete(.storeIdentity))
        let error = await #expect(throws: StoreIdentityError.self) {
            try await StoreIdentity.check(farm.store, farm.pool, patience: .zero)
        }
        #expect(error == .missing(place: farm.store.place, recordedPlace: farm.store.place))
        #expect(try await farm.store.get(.storeIdentity, limit: 1024) == nil)
    }

    /// What could not be written is not recorded: the next start begins anew.
    @Test func aStoreThatTakesNoIdIsNotRecorded() async throws {
        let farm = try await PublicationFixture()
        let full = HeedlessStore(farm.store, together: 1, isFull: true)
        await #expect(throws: StorageError.self) { try await StoreIdentity.check(full, farm.pool) }
        #expect(try await farm.value("SELECT count(*)::text AS value FROM farm.store_identity") == "0")
        try await StoreIdentity.check(farm.store, farm.pool)
    }
}
