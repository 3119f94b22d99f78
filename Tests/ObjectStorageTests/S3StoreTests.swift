import HTTP
import Hashing
import ObjectStorage
import Synchronization
import TestSupport
import Testing

@Suite struct S3StoreTests {
    @Test func theTestsOwnMD5() {
        #expect(md5([]) == "d41d8cd98f00b204e9800998ecf8427e")
        #expect(
            md5(Array("12345678901234567890123456789012345678901234567890123456789012345678901234567890".utf8))
                == "57edf4a22be3c955ac49da2e2107b67a")
    }

    @Test(arguments: [0, 1, 262_144, 262_145, 700_001])
    func keepsWhatItIsGiven(size: Int) async throws {
        let bench = try S3Bench()
        let bytes = pattern(size)
        let digest = try await bench.store.store(bytes)
        #expect(bench.fake.object("layers/\(digest.hex)") == bytes)
        #expect(try await bench.store.stat(.blob(digest)) == ObjectInfo(size: Int64(size), modified: 1_714_979_289, contentType: "x/y"))
        #expect(bench.fake.state.withLock { $0.uploads.isEmpty })
        let before = bench.server.requests.count
        try await bench.store.store(bytes)
        #expect(bench.server.requests.count == before + 1)
    }

    @Test func sendsTheMD5() async throws {
        let bench = try S3Bench(partSize: 500)
        for size in [500, 501] { try await bench.store.store(pattern(size)) }
        let puts = bench.server.requests.filter { $0.method == "PUT" }
        #expect(puts.count == 3)
        for put in puts { #expect(Hexadecimal.encode(Base64.decode(put["content-md5"] ?? "") ?? []) == md5(put.body)) }
    }

    @Test func smallObjects() async throws {
        let bench = try S3Bench()
        let name = try #require(ObjectName(path: "manifests/abc"))
        #expect(try await bench.store.get(name, limit: 10) == nil)
        #expect(try await bench.store.put([1], as: name, contentType: "a/b", ifAbsent: true) == .stored)
        #expect(try await bench.store.put([2], as: name, contentType: "a/b", ifAbsent: true) == .wasThere)
        #expect(try await bench.store.get(name, limit: 10) == [1])
        #expect(try await bench.store.put([2, 3], as: name, contentType: "a/b", ifAbsent: false) == .stored)
        #expect(try await bench.store.get(name, limit: 10) == [2, 3])
        #expect(try await bench.store.delete(name))
        #expect(try await !bench.store.delete(name))
    }

    @Test func listsPageByPage() async throws {
        let bench = try S3Bench()
        for index in 0..<5 {
            let name = try #require(ObjectName(path: "builds/\(index)"))
            _ = try await bench.store.put([UInt8](repeating: 0, count: index), as: name, contentType: "x", ifAbsent: false)
        }
        let first = try await bench.store.list(prefix: "builds/", page: nil, limit: 3)
        #expect(first.objects.map(\.name.path) == ["builds/0", "builds/1", "builds/2"])
        #expect(first.objects.map(\.modified) == [1_714_979_289, 1_714_979_289, 1_714_979_289])
        let last = try await bench.store.list(prefix: "builds/", page: first.next, limit: 3)
        #expect(last.objects.map(\.size) == [3, 4])
        #expect(last.next == nil)
    }

    @Test(arguments: [1000, 700_000])
    func aTagThatDoesNotMatch(size: Int) async throws {
        let bench = try S3Bench()
        bench.fake.state.withLock { $0.lies = 1 }
        let digest = try await bench.store.store(pattern(size))
        #expect(bench.fake.object("layers/\(digest.hex)") == pattern(size))
        bench.fake.state.withLock { $0.lies = 100 }
        let error = await message { try await bench.store.store(pattern(size, seed: 3)) }
        #expect(error.contains("its MD5 is 00000000000000000000000000000000") && error.contains("s3://bucket/layers/"))
        #expect(bench.fake.state.withLock { $0.uploads.isEmpty })
    }

    @Test func aCompletionThatFailsInItsBody() async throws {
        let bench = try S3Bench()
        bench.fake.state.withLock { $0.hiddenFailures = 2 }
        let digest = try await bench.store.store(pattern(700_000))
        #expect(bench.fake.object("layers/\(digest.hex)") == pattern(700_000))
        bench.fake.state.withLock { $0.hiddenFailures = 100 }
        let error = await message { try await bench.store.store(pattern(700_000, seed: 3)) }
        #expect(error.contains("InternalError"))
    }

    @Test func anUploadThatFailsIsEnded() async throws {
        let bench = try S3Bench(fault: { request in
            request.query["partNumber"] == "2" ? .answer(FakeS3.error(403, "AccessDenied")) : nil
        })
        let error = await message { try await bench.store.store(pattern(700_000)) }
        #expect(error.contains("AccessDenied"))
        #expect(bench.server.requests.last?.method == "DELETE")
        #expect(bench.fake.state.withLock { $0.uploads.isEmpty })
    }

    @Test func aCancelledUploadIsEnded() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let bench = try S3Bench(fault: { request in
            guard request.query["partNumber"] == "2" else { return nil }
            arrived.yield()
            return .stallAnswer
        })
        let task = Task { try await bench.store.store(pattern(700_000)) }
        for await _ in arrivals { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(bench.fake.state.withLock { $0.uploads.isEmpty })
    }

    @Test func uploadsOfTheDeadAreFound() async throws {
        let bench = try S3Bench()
        bench.fake.state.withLock { $0.uploads = ["a": ("layers/x", [:]), "b": ("layers/y", [:])] }
        // They were begun in the moment at which this clock begins.
        #expect(try await bench.store.removeLeftovers(olderThan: .seconds(3600)) == 0)
        bench.clock.advance(3601)
        #expect(try await bench.store.removeLeftovers(olderThan: .seconds(3600)) == 2)
        #expect(bench.fake.state.withLock { $0.uploads.isEmpty })
    }

    @Test(arguments: [
        ("InvalidAccessKeyId", 403, "AWS_ACCESS_KEY_ID"), ("SignatureDoesNotMatch", 403, "AWS_SECRET_ACCESS_KEY"),
        ("ExpiredToken", 400, "AWS_SESSION_TOKEN"), ("AccessDenied", 403, "may not"), ("PermanentRedirect", 301, "S3_REGION"),
        ("RequestTimeTooSkewed", 403, "this machine's clock is 3600 seconds ahead"),
    ])
    func refusalsSayWhatToDo(code: String, status: Int, hint: String) async throws {
        let theirs = code == "RequestTimeTooSkewed" ? "Tue, 14 Nov 2023 21:13:20 GMT" : "Tue, 14 Nov 2023 22:13:20 GMT"
        let bench = try S3Bench(fault: { request in
            request.method == "HEAD" ? nil : .answer(FakeS3.error(status, code, headers: [("Date", theirs)]))
        })
        let error = await message { try await bench.store.store([1]) }
        #expect(
            error.contains("s3://bucket/layers/") && error.contains("\(status)") && error.contains(code) && error.contains(hint), "\(error)"
        )
    }

    @Test func aBucketThatIsMissing() async throws {
        let bench = try S3Bench(bucket: "elsewhere")
        let error = await message { try await bench.store.check() }
        #expect(error.contains("s3://elsewhere") && error.contains("NoSuchBucket") && error.contains("S3_BUCKET"))
    }

    @Test func addressesAreSigned() async throws {
        let bench = try S3Bench()
        let digest = try await bench.store.store([1])
        let signer = S3Signer(credentials: S3Credentials(accessKey: "key", secretKey: "secret"), region: "us-east-1")
        for method in BlobMethod.allCases {
            let url = try signer.url(
                method: method.rawValue, scheme: "http", host: "127.0.0.1:\(bench.server.port)", path: "/bucket/layers/\(digest.hex)",
                lifetime: 3600,
                time: SigningTime(seconds: 1_700_000_000))
            #expect(try await bench.store.locate(digest, for: method) == .redirect(url: url, lifetime: .seconds(3600)))
        }
        #expect(try await bench.store.locate(try SHA256.digest(of: [9]), for: .get) == nil)
    }
}
