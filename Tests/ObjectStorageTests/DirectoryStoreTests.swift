import Glibc
import Hashing
import ObjectStorage
import Testing

@Suite struct DirectoryStoreTests {
    /// A store in a directory of its own.
    private func store() throws -> DirectoryStore {
        var template = Array("/tmp/nixery-store-XXXXXX".utf8CString)
        unsafe template.withUnsafeMutableBufferPointer { buffer in
            if let start = buffer.baseAddress { _ = unsafe mkdtemp(start) }
        }
        return try DirectoryStore(root: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    private func names(_ path: String) -> [String] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    @Test(arguments: [0, 1, 4096, 3_000_000])
    func keepsWhatItIsGiven(size: Int) async throws {
        let store = try store()
        let bytes = [UInt8](repeating: 7, count: size)
        let digest = try SHA256.digest(of: bytes)
        #expect(try store.locate(digest) == nil)
        try await store.put(bytes, as: digest)
        #expect(try store.locate(digest) == .file(path: "\(store.root)/layers/\(digest.hex)", size: Int64(size)))
        #expect(names(store.root + "/staging").isEmpty)
    }

    @Test func refusesBytesOfAnotherDigest() async throws {
        let store = try store()
        let digest = try SHA256.digest(of: [1])
        let mismatch = StorageError.digestMismatch(expected: digest, actual: try SHA256.digest(of: [2]))
        await #expect(throws: mismatch) { try await store.put([2], as: digest) }
        #expect(try store.locate(digest) == nil)
        #expect(names(store.root + "/staging").isEmpty)
    }

    @Test func aWriterThatIsDroppedLeavesNothing() throws {
        let store = try store()
        do {
            let writer = try store.beginBlob()
            let bytes: [UInt8] = [1, 2, 3]
            try unsafe writer.write(bytes.span.bytes)
        }
        #expect(names(store.root + "/staging").isEmpty)
        #expect(names(store.root + "/layers").isEmpty)
    }

    @Test func twoWritersOfOneBlobDoNotDisturbEachOther() async throws {
        let store = try store()
        let (one, two): ([UInt8], [UInt8]) = ([1], [2])
        let digest = try SHA256.digest(of: [1, 2])
        let writers = [try store.beginBlob(), try store.beginBlob()]
        for writer in writers { try unsafe writer.write(one.span.bytes) }
        for writer in writers { try unsafe writer.write(two.span.bytes) }
        for writer in writers { try await writer.commit(as: digest) }
        #expect(try store.locate(digest) != nil)
    }

    @Test(arguments: ["/proc/nothing", "/dev/null/below"])
    func saysWhyItCannotBeUsed(path: String) {
        #expect { try DirectoryStore(root: path) } throws: { "\($0)".contains("STORAGE_PATH") }
    }

    @Test func smallObjects() async throws {
        let store = try store()
        let name = try #require(ObjectName(path: "manifests/abc"))
        #expect(try await store.get(name, limit: 10) == nil)
        #expect(try store.stat(name) == nil)
        #expect(try await store.put([1], as: name, contentType: "a/b", ifAbsent: true) == .stored)
        #expect(try await store.put([2], as: name, contentType: "a/b", ifAbsent: true) == .wasThere)
        #expect(try await store.get(name, limit: 10) == [1])
        #expect(try await store.put([2, 3], as: name, contentType: "a/b", ifAbsent: false) == .stored)
        #expect(try await store.get(name, limit: 2) == [2, 3])
        await #expect(throws: StorageError.tooLarge(object: "\(store.root)/manifests/abc", limit: 1)) {
            try await store.get(name, limit: 1)
        }
        #expect(names(store.root + "/staging").isEmpty)
        #expect(try store.delete(name))
        #expect(try !store.delete(name))
    }

    @Test func oneOfManyWhoWantToBeFirstIs() async throws {
        let store = try store()
        let outcomes = try await withThrowingTaskGroup(of: PutOutcome.self) { group in
            for byte in 0..<16 as Range<UInt8> {
                group.addTask { try await store.put([byte], as: .storeIdentity, contentType: "x", ifAbsent: true) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == .stored } == 1)
    }

    @Test func listsInOrderPageByPage() async throws {
        let store = try store()
        let paths = ["builds/a", "builds/b", "builds/c", "layers/x", "manifests/1", "nixery-farm-store"]
        for path in paths.reversed() {
            let name = try #require(ObjectName(path: path))
            _ = try await store.put(Array(path.utf8), as: name, contentType: "x", ifAbsent: false)
        }
        for (prefix, expected) in [
            ("", paths), ("builds/", Array(paths.prefix(3))), ("b", Array(paths.prefix(3))), ("builds/b", ["builds/b"]), ("z", []),
        ] {
            for limit in [1, 2, 100] {
                var found: [String] = []
                var page: String?
                repeat {
                    let next = try await store.list(prefix: prefix, page: page, limit: limit)
                    #expect(next.objects.count <= limit)
                    #expect(next.objects.allSatisfy { $0.size == Int64($0.name.path.utf8.count) && $0.modified > 1_700_000_000 })
                    found += next.objects.map(\.name.path)
                    page = next.next
                } while page != nil
                #expect(found == expected, "prefix '\(prefix)', \(limit) a page")
            }
        }
    }

    @Test func blobsOfALayoutAreListedAsBlobs() async throws {
        let store = try DirectoryStore(root: try store().root, blobs: "blobs/sha256")
        let digest = try SHA256.digest(of: [1])
        try await store.put([1], as: digest)
        let page = try await store.list(prefix: "layers/", page: nil, limit: 10)
        #expect(page.objects.map(\.name) == [.blob(digest)])
    }

    @Test func leftoversOfTheDeadAreRemoved() async throws {
        let store = try store()
        let (old, young) = (store.root + "/staging/old", store.root + "/staging/young")
        for path in [old, young] { close(unsafe open(path, O_CREAT | O_WRONLY, 0o600)) }
        var times = [timespec(tv_sec: time(nil) - 7200, tv_nsec: 0), timespec(tv_sec: time(nil) - 7200, tv_nsec: 0)]
        #expect(unsafe utimensat(AT_FDCWD, old, &times, 0) == 0)
        #expect(try await store.removeLeftovers(olderThan: .seconds(3600)) == 1)
        #expect(names(store.root + "/staging") == ["young"])
    }
}
