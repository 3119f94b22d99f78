private import Glibc

/// A file that is gone with this value.
package final class TemporaryFile: Sendable {
    package let path = "/tmp/nixery-test-\(getpid())-\(UInt64.random(in: .min ... .max))"

    package init(_ contents: String) throws {
        let file = unsafe fopen(path, "w")
        guard let file = unsafe file else { throw CannotWrite() }
        defer { unsafe fclose(file) }
        guard
            unsafe contents.utf8.withContiguousStorageIfAvailable({ unsafe fwrite($0.baseAddress, 1, $0.count, file) })
                == contents.utf8.count
        else { throw CannotWrite() }
    }

    deinit { unsafe unlink(path) }

    private struct CannotWrite: Error {}
}
