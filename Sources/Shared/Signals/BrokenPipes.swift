private import Glibc

/// Writes to a pipe or socket that nobody reads any more. They end the process by SIGPIPE unless it says that the error (EPIPE) is enough.
///
/// The farm's own code sends with `MSG_NOSIGNAL`, and so does libpq, but for its requests to cancel (`PQcancel`, before PostgreSQL 17);
/// OpenSSL below libcurl does not. What writes to standard output or to a program's input cannot.
package enum BrokenPipes {
    /// From now on such writes fail in the whole process: for programs that run until they are stopped. What they start by Subprocess or
    /// `nixery-guard` begins with the default again.
    package static func failWrites() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Such writes of the calling thread fail during `body`. The thread is left as it was, so that a thread of a pool can be used.
    package static func failingWrites<Value>(_ body: () throws -> Value) rethrows -> Value {
        var brokenPipe = sigset_t()
        unsafe sigemptyset(&brokenPipe)
        unsafe sigaddset(&brokenPipe, SIGPIPE)
        let wasPending = isPending
        var before = sigset_t()
        unsafe pthread_sigmask(SIG_BLOCK, &brokenPipe, &before)
        defer {
            // It was sent to this thread, and would end the process in the moment in which it is let in again.
            if !wasPending, isPending {
                var now = timespec()
                while unsafe sigtimedwait(&brokenPipe, nil, &now) < 0, errno == EINTR {}
            }
            unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        }
        return try body()
    }

    private static var isPending: Bool {
        var pending = sigset_t()
        unsafe sigpending(&pending)
        return unsafe sigismember(&pending, SIGPIPE) == 1
    }
}
