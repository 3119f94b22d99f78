import HTTP
import Hashing
import ObjectStorage
import Synchronization
import TestSupport
import Testing

@Suite struct GoogleStoreTests {
    @Test(arguments: [0, 1, 262_144, 262_145, 524_288, 1_300_001])
    func keepsWhatItIsGiven(size: Int) async throws {
        let bench = try GoogleBench()
        let bytes = pattern(size)
        let digest = try await bench.store.store(bytes, contentType: "application/x-layer")
        let object = try #require(bench.fake.object("layers/\(digest.hex)"))
        #expect(object.bytes == bytes)
        #expect(object.contentType == "application/x-layer")
        let info = try await bench.store.stat(.blob(digest))
        #expect(info == ObjectInfo(size: Int64(size), modified: 1_714_979_289, contentType: "application/x-layer"))
        #expect(try await bench.store.get(.blob(digest), limit: size) == bytes)
    }

    @Test(arguments: [1000, 700_000])
    func aBlobThatIsThereIsASuccess(size: Int) async throws {
        let bench = try GoogleBench()
        let digest = try await bench.store.store(pattern(size))
        let generation = bench.fake.object("layers/\(digest.hex)")?.generation
        try await bench.store.store(pattern(size))
        #expect(bench.fake.object("layers/\(digest.hex)")?.generation == generation)
    }

    @Test(arguments: [1000, 700_000])
    func aBlobThatIsThereAndDamagedIsReplaced(size: Int) async throws {
        let bench = try GoogleBench()
        let bytes = pattern(size)
        let name = "layers/\(try SHA256.digest(of: bytes).hex)"
        bench.fake.state.withLock { $0.objects[name] = .init(bytes: [1, 2, 3], contentType: "x", generation: 7) }
        try await bench.store.store(bytes)
        #expect(bench.fake.object(name)?.bytes == bytes)
    }

    @Test(arguments: [1000, 700_000])
    func aChecksumThatDoesNotMatch(size: Int) async throws {
        let bench = try GoogleBench()
        let bytes = pattern(size)
        bench.fake.state.withLock { $0.lies = 2 }
        let digest = try await bench.store.store(bytes)
        #expect(bench.fake.object("layers/\(digest.hex)")?.bytes == bytes)
        let other = pattern(size, seed: 2)
        bench.fake.state.withLock { $0.lies = 100 }
        let message = await message { try await bench.store.store(other) }
        #expect(message.contains("CRC-32C") && message.contains("gs://bucket/layers/"))
        // Nothing that is damaged is left to be served.
        #expect(bench.fake.object("layers/\(try SHA256.digest(of: other).hex)") == nil)
    }

    @Test func smallObjects() async throws {
        let bench = try GoogleBench()
        let name = try #require(ObjectName(path: "manifests/abc"))
        #expect(try await bench.store.get(name, limit: 10) == nil)
        #expect(try await bench.store.stat(name) == nil)
        #expect(try await bench.store.put([1], as: name, contentType: "a/b", ifAbsent: true) == .stored)
        #expect(try await bench.store.put([2], as: name, contentType: "a/b", ifAbsent: true) == .wasThere)
        #expect(try await bench.store.get(name, limit: 10) == [1])
        #expect(try await bench.store.put([2, 3], as: name, contentType: "a/b", ifAbsent: false) == .stored)
        #expect(try await bench.store.get(name, limit: 10) == [2, 3])
        let error = await message { _ = try await bench.store.get(name, limit: 1) }
        #expect(error.contains("gs://bucket/manifests/abc has more than the 1 bytes"))
        #expect(try await bench.store.delete(name))
        #expect(try await !bench.store.delete(name))
    }

    @Test func listsPageByPage() async throws {
        let bench = try GoogleBench()
        for index in 0..<7 {
            let name = try #require(ObjectName(path: "builds/\(index)"))
            _ = try await bench.store.put([UInt8](repeating: 0, count: index), as: name, contentType: "x", ifAbsent: true)
        }
        _ = try await bench.store.put([], as: .storeIdentity, contentType: "x", ifAbsent: true)
        var names: [String] = []
        var page: String?
        var pages = 0
        repeat {
            let found = try await bench.store.list(prefix: "builds/", page: page, limit: 3)
            names += found.objects.map { "\($0.name.path) \($0.size)" }
            page = found.next
            pages += 1
        } while page != nil
        #expect(pages == 3)
        #expect(names == (0..<7).map { "builds/\($0) \($0)" })
    }

    @Test func refusesBytesOfAnotherDigest() async throws {
        let bench = try GoogleBench()
        let digest = try SHA256.digest(of: [1])
        let error = await message { try await bench.store.put([2], as: digest) }
        #expect(error.contains("nothing was stored"))
        #expect(bench.server.requests.isEmpty)
    }

    @Test func clientsAreSentToAPublicAddressWhereNothingSigns() async throws {
        let bench = try GoogleBench()
        let digest = try await bench.store.store([1, 2, 3])
        let url = "\(bench.server.url)/bucket/layers/\(digest.hex)"
        #expect(try await bench.store.locate(digest, for: .get) == .redirect(url: url, lifetime: nil))
        let other = try SHA256.digest(of: [9])
        #expect(try await bench.store.locate(other, for: .get) == nil)
    }

    @Test func whatIsThereIsRememberedForSomeTime() async throws {
        let bench = try GoogleBench()
        let digest = try await bench.store.store([1, 2, 3])
        let before = bench.server.requests.count
        for _ in 0..<3 { #expect(try await bench.store.locate(digest, for: .get) != nil) }
        #expect(bench.server.requests.count == before)
        // It vanishes behind the store's back.
        bench.fake.state.withLock { $0.objects = [:] }
        #expect(try await bench.store.stat(.blob(digest)) == nil)
        bench.clock.advance(301)
        #expect(try await bench.store.locate(digest, for: .get) == nil)
        // The same blob, made again.
        try await bench.store.store([1, 2, 3])
        #expect(try await bench.store.locate(digest, for: .head) != nil)
        #expect(try await bench.store.delete(.blob(digest)))
        #expect(try await bench.store.locate(digest, for: .head) == nil)
    }

    @Test func aBucketThatIsMissing() async throws {
        let bench = try GoogleBench(bucket: "elsewhere")
        for operation in [
            { _ = try await bench.store.store([1]) }, { _ = try await bench.store.store(pattern(700_000)) },
            { try await bench.store.check() },
        ] as [@Sendable () async throws -> Void] {
            let error = await message(operation)
            #expect(
                error.contains("gs://elsewhere") && error.contains("404") && error.contains("does not exist")
                    && error.contains("GCS_BUCKET"))
        }
    }

    @Test func aBucketThatIsForbidden() async throws {
        let bench = try GoogleBench(fault: { _ in .answer(FakeGoogle.error(403, "x@y does not have storage.objects.create access")) })
        for size in [10, 700_000] {
            let error = await message { try await bench.store.store(pattern(size)) }
            #expect(
                error.contains("gs://bucket/layers/") && error.contains("403") && error.contains("does not have storage.objects.create"))
            #expect(error.contains("roles/storage.objectAdmin"))
        }
        #expect(bench.server.requests.count == 2)
    }

    @Test func cancellingEndsAnUpload() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let bench = try GoogleBench(fault: { request in
            guard request.method == "PUT" else { return nil }
            arrived.yield()
            return .stallAnswer
        })
        let task = Task { try await bench.store.store(pattern(700_000)) }
        for await _ in arrivals { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
