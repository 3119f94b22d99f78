private import Glibc

/// Wakes a thread out of `poll`: a pipe that is readable while it is raised.
struct WakePipe: ~Copyable, Sendable {
    /// The end to poll.
    let readEnd: Int32
    private let writeEnd: Int32

    /// - Throws: ``PostgresError`` when the process has no file descriptor left.
    init() throws(PostgresError) {
        var ends: (Int32, Int32) = (-1, -1)
        let status = unsafe withUnsafeMutableBytes(of: &ends) { ends in
            unsafe pipe(ends.baseAddress?.assumingMemoryBound(to: Int32.self))
        }
        guard status == 0 else {
            throw PostgresError(kind: .usage, message: "no file descriptor left to wait on (errno \(errno)); raise the limit (ulimit -n)")
        }
        for end in [ends.0, ends.1] {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (readEnd, writeEnd) = ends
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    func raise() {
        var byte: UInt8 = 0
        // A full pipe is raised already.
        _ = unsafe write(writeEnd, &byte, 1)
    }

    /// Takes back what ``raise()`` did, once for each time.
    func lower() {
        var byte: UInt8 = 0
        _ = unsafe read(readEnd, &byte, 1)
    }
}
