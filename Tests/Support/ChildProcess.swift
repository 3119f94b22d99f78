private import Glibc

/// Child processes without Foundation.
enum ChildProcess {
    struct Piped {
        let pid: Int32
        let input: Int32
        let output: Int32
    }

    /// Starts a program in a process group of its own, so that no signal meant for the tests reaches it, with pipes for its standard
    /// input and for its standard output and error.
    static func spawnWithPipes(_ program: String, _ arguments: [String]) throws -> Piped {
        let input = try pipe()
        let output = try pipe()
        defer {
            close(input.read)
            close(output.write)
        }
        do {
            return Piped(
                pid: try spawn(program, arguments, input: input.read, output: output.write), input: input.write, output: output.read)
        } catch {
            close(input.write)
            close(output.read)
            throw error
        }
    }

    /// Runs a program to its end.
    /// - Throws: ``TestSupportError`` with what it printed when it fails.
    static func run(_ program: String, _ arguments: [String]) throws {
        let child = try spawnWithPipes(program, arguments)
        close(child.input)
        let printed = readAll(child.output)
        close(child.output)
        let status = wait(child.pid)
        guard status == 0 else { throw TestSupportError("\(program) ended with status \(status): \(printed)") }
    }

    @discardableResult
    static func wait(_ pid: Int32) -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status
    }

    static func readToNewlineOrEnd(_ file: Int32) -> String { read(file) { $0.last == UInt8(ascii: "\n") } }

    static func readAll(_ file: Int32) -> String { read(file) { _ in false } }

    private static func read(_ file: Int32, until isEnough: ([UInt8]) -> Bool) -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = unsafe Glibc.read(file, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { break }
            bytes.append(byte)
            if isEnough(bytes) { break }
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").joined(separator: "; ")
    }

    /// Both ends are closed on exec, so that no other child holds them.
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard unsafe Glibc.pipe(&ends) == 0 else { throw TestSupportError("no pipe: errno \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(_ program: String, _ arguments: [String], input: Int32, output: Int32) throws -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 2)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        // Threads of Dispatch block signals, and a child inherits that.
        var noSignals = sigset_t()
        unsafe sigemptyset(&noSignals)
        unsafe posix_spawnattr_setsigmask(&attributes, &noSignals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        var words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        defer {
            for index in unsafe words.indices { unsafe free(words[index]) }
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        var pid: Int32 = 0
        let status = unsafe posix_spawn(&pid, program, &actions, &attributes, &words, environ)
        guard status == 0 else { throw TestSupportError("cannot start \(program): errno \(status)") }
        return pid
    }
}
