import Glibc
import TestSupport

/// A file that is gone with this value.
final class TemporaryFile: Sendable {
    let path = "/tmp/nixery-popularity-\(getpid())-\(UInt64.random(in: .min ... .max))"

    init(_ contents: String) throws {
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
