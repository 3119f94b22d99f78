import Glibc
import Hashing
import ObjectStorage
import Postgres
import Publication
import Records
import Registry
import Testing

/// Garbage collection: what goes, what stays, and what happens when others work meanwhile.
@Suite struct CollectionTests {
    private static let week = Duration.seconds(7 * 86_400)
    private static let hour = Duration.seconds(3600)

    private func age(_ farm: PublicationFixture, _ image: PublishedImage) async throws {
        try await farm.execute(
            "UPDATE farm.manifests SET last_asked = now() - interval '30 days' WHERE oci_digest = '\\x\(image.oci.digest.hex)'")
    }

    @Test func whatNobodyAsksForGoesAndWhatOthersNeedStays() async throws {
        let farm = try await PublicationFixture()
        let old = try PublicationFixture.recipe("hello")
        let young = try PublicationFixture.recipe("git")
        let gone = try await farm.publish(old, layers: ["shared", "only hello"])
        let kept = try await farm.publish(young, layers: ["shared", "only git"])
        try await farm.sweep()
        try await age(farm, gone)
        try await farm.execute("UPDATE farm.layers SET last_used = now() - interval '1 day'")
        let collector = BlobCollector(pool: farm.pool, store: farm.store)
        let survey = try await collector.survey(olderThan: Self.week, grace: Self.hour)
        let summary = try await collector.collect(olderThan: Self.week, grace: Self.hour)
        #expect((survey.manifests, survey.layers, survey.layerBytes) == (1, 1, 10))
        #expect((summary.manifests, summary.layers, summary.layerBytes) == (1, 1, 10))
        // Its two manifests, configuration and name; the layer and its record.
        #expect(summary.objects == 6)
        for name in [
            ObjectName.manifest(try old.buildKey()), .blob(gone.oci.digest), .blob(gone.configDigest), .build(gone.layerKeys[1]),
            .blob(try SHA256.digest(of: Array("only hello".utf8))),
        ] {
            #expect(try await !farm.isStored(name))
        }
        for name in [
            ObjectName.manifest(try young.buildKey()), .blob(kept.oci.digest), .blob(kept.configDigest), .build(kept.layerKeys[0]),
            .blob(try SHA256.digest(of: Array("shared".utf8))), .blob(try SHA256.digest(of: Array("only git".utf8))),
        ] {
            #expect(try await farm.isStored(name))
        }
        #expect(try await collector.collect(olderThan: Self.week, grace: Self.hour) == BlobCollector.Summary())
        // Pulled again it is built again.
        #expect(try await farm.library.manifest(of: old, key: old.buildKey(), format: .oci) == nil)
        #expect(try await farm.publish(old, layers: ["shared", "only hello"]).oci == gone.oci)
    }

    /// A running job has taken the layer, and will publish an image of it.
    @Test func aLayerThatAJobCountsOnStays() async throws {
        let farm = try await PublicationFixture()
        let layer = try await farm.layer("taken")
        try await farm.execute("UPDATE farm.layers SET last_used = now() - interval '1 day'")
        #expect(try await farm.ledger.layers([layer.key]).count == 1)
        let summary = try await BlobCollector(pool: farm.pool, store: farm.store).collect(olderThan: Self.week, grace: Self.hour)
        #expect(summary.layers == 0)
        #expect(try await farm.isStored(.blob(layer.descriptor.digest)))
    }

    /// A job packs the very layer that is being collected: it takes it off the list, or waits until it is gone and stores it again.
    @Test func aBlobThatIsWrittenAgainIsNotRemoved() async throws {
        let farm = try await PublicationFixture()
        let layer = try await farm.layer("again")
        let path = ObjectName.blob(layer.descriptor.digest).path
        try await farm.execute("DELETE FROM farm.layers")
        try await farm.execute("INSERT INTO farm.doomed (path) VALUES ('\(path)')")
        _ = try await farm.layer("again")
        #expect(try await BlobCollector(pool: farm.pool, store: farm.store).collect(olderThan: Self.week, grace: Self.hour).objects == 0)
        #expect(try await farm.isStored(.blob(layer.descriptor.digest)))

        let doom = Doom(pool: farm.pool)
        try await farm.execute("INSERT INTO farm.doomed (path, deleting_since) VALUES ('\(path)', now())")
        #expect(try await !doom.lift([path]))
        async let waiting: Void = farm.ledger.reserve([layer.descriptor.digest])
        try await farm.execute("DELETE FROM farm.doomed")
        try await waiting
        // Whoever began a removal long ago is dead.
        try await farm.execute("INSERT INTO farm.doomed (path, deleting_since) VALUES ('\(path)', now() - interval '1 hour')")
        #expect(try await doom.lift([path]))
    }

    @Test func aCollectionThatWasStoppedGoesOn() async throws {
        let farm = try await PublicationFixture()
        let recipe = try PublicationFixture.recipe("hello")
        let image = try await farm.publish(recipe, layers: ["one"])
        try await farm.sweep()
        try await age(farm, image)
        // Stopped after the rows, by what cannot be removed: what is in the store is found by the list alone.
        let name = farm.root + "/manifests/" + (try recipe.buildKey().hex)
        #expect(unsafe unlink(name) == 0 && mkdir(name, 0o755) == 0)
        let collector = BlobCollector(pool: farm.pool, store: farm.store)
        await #expect(throws: StorageError.self) { try await collector.collect(olderThan: Self.week, grace: Self.hour) }
        #expect(unsafe rmdir(name) == 0)
        #expect(try await farm.value("SELECT count(*)::text AS value FROM farm.manifests") == "0")
        #expect(try await farm.isStored(.blob(image.oci.digest)))
        try await farm.execute("UPDATE farm.doomed SET deleting_since = deleting_since - interval '1 hour'")
        #expect(try await collector.collect(olderThan: Self.week, grace: Self.hour).objects == 4)
        #expect(try await !farm.isStored(.blob(image.oci.digest)))
        #expect(try await !farm.isStored(.manifest(recipe.buildKey())))
    }

    /// Two images of equal layers in two codecs have one configuration.
    @Test func aConfigurationThatAnotherImageHasStays() async throws {
        let farm = try await PublicationFixture()
        let image = try await farm.publish(PublicationFixture.recipe("hello"), layers: ["one"])
        let other = try SHA256.digest(of: [7])
        try await farm.execute(
            """
            INSERT INTO farm.manifests (oci_digest, oci_bytes, config_digest, image)
            VALUES ('\\x\(other.hex)', '{}', '\\x\(image.configDigest.hex)', 'other')
            """)
        try await age(farm, image)
        _ = try await BlobCollector(pool: farm.pool, store: farm.store).collect(olderThan: Self.week, grace: Self.hour)
        #expect(try await farm.isStored(.blob(image.configDigest)))
        #expect(try await !farm.isStored(.blob(image.oci.digest)))
    }

    @Test func askingKeepsAnImage() async throws {
        let farm = try await PublicationFixture()
        let recipe = try PublicationFixture.recipe("hello")
        let image = try await farm.publish(recipe, layers: ["one"])
        try await age(farm, image)
        _ = try await farm.library.manifest(of: recipe, key: recipe.buildKey(), format: .docker)
        try await farm.library.writeAsked()
        #expect(try await farm.value("SELECT (last_asked > now() - interval '1 minute')::text AS value FROM farm.manifests") == "true")
    }
}
