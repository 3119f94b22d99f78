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
}
