import Glibc

/// This process's limit of open files.
enum OpenFiles {
    /// Lifts it to the most that the process may have: each waiting client holds one, and the usual 1,024 are soon used up.
    static func raiseLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
