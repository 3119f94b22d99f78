import Glibc
import Hashing
import ObjectStorage
import TestSupport
import Testing

/// A file system of two megabytes, in memory, mounted for a test.
final class SmallDisk: Sendable {
    let path: String

    init() throws {
        path = try TestProcess.temporaryDirectory()
        try TestProcess.run("mount", "-t", "tmpfs", "-o", "size=2m", "nixery-test", path)
    }

    deinit { try? TestProcess.run("umount", "--lazy", path) }

    /// What is taken, in bytes.
    var used: Int {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { return -1 }
        return Int(status.f_blocks - status.f_bfree) * Int(status.f_frsize)
    }
}

@Suite struct DiskFullTests {
    @Test func aDirectoryThatIsFull() async throws {
        let disk = try SmallDisk()
        let store = try DirectoryStore(root: disk.path)
        let digest = try await store.store(pattern(100_000))
        let before = disk.used
        let error = await message { try await store.store(pattern(4 << 20)) }
        #expect(error == StorageError.noSpace(disk.path, setting: "STORAGE_PATH").description)
        #expect(error.contains("STORAGE_PATH"))
        // What could not be stored takes nothing, and what was there is there.
        #expect(disk.used == before)
        #expect(try await store.get(.blob(digest), limit: 100_000) == pattern(100_000))
        try await store.store(pattern(200_000, seed: 2))
    }

    @Test func aSpoolThatIsFull() async throws {
        let disk = try SmallDisk()
        let bench = try GoogleBench(spool: disk.path)
        let before = disk.used
        let error = await message { try await bench.store.store(pattern(4 << 20)) }
        #expect(error == StorageError.noSpace(disk.path, setting: "NIXERY_SPOOL_PATH").description)
        #expect(disk.used == before)
        #expect(bench.server.requests.isEmpty)
        let digest = try await bench.store.store(pattern(700_000))
        #expect(bench.fake.object("layers/\(digest.hex)")?.bytes == pattern(700_000))
        #expect(disk.used == before)
    }

    @Test func aSpoolThatIsNotThere() async throws {
        let bench = try S3Bench(spool: "/no/such/directory")
        let error = await message { try await bench.store.store([1]) }
        #expect(error.contains("/no/such/directory") && error.contains("NIXERY_SPOOL_PATH"))
    }
}
