private import Glibc

/// An open file, closed with its last user. It may have no name any more.
package final class OpenFile: Sendable {
    package let descriptor: Int32

    /// Takes over a file descriptor.
    package init(owning descriptor: Int32) { self.descriptor = descriptor }

    /// Opens a file to read. `nil` with `errno` set if that fails.
    package init?(reading path: String) {
        // Not kept before it is open: `deinit` would run, and change `errno`.
        let opened = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { return nil }
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// Reads at a place in the file.
    /// - Returns: the count of bytes read, 0 at the end of the file, below 0 with `errno` set if reading fails.
    package func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = unsafe pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if count >= 0 || errno != EINTR { return count }
        }
    }
}
