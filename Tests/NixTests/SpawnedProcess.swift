import Glibc
import Testing

/// A child process of the tests, in a process group of its own, waited for on a thread of its own.
final class SpawnedProcess: Sendable {
    let pid: pid_t
    private let end: AsyncStream<Int32>

    /// - Parameter descriptors: what the child finds under each number.
    init(_ command: [String], environment: [String: String], descriptors: [Int32: Int32]) throws {
        pid = try Self.spawn(command, environment, descriptors)
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        end = stream
        let child = pid
        Waiting.detached {
            continuation.yield(Self.wait(child))
            continuation.finish()
        }
    }

    /// Waits for the end of the process, once.
    /// - Returns: its exit code, or 128 + the signal that ended it.
    func status() async throws -> Int32 {
        for await status in end { return status }
        throw CancellationError()
    }

    /// Writes an executable file, by way of a child. A file that this process itself had open for writing would be busy for as long
    /// as a child that another test is just starting has not got to its exec, and could not be run.
    static func install(_ script: String, _ arguments: String...) throws {
        let child = try spawn(["/bin/sh", "-ec", script, "install"] + arguments, ["PATH": "/usr/bin:/bin"], [:])
        try #require(wait(child) == 0, "cannot install \(arguments.last ?? "")")
    }

    private static func wait(_ child: pid_t) -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
    }

    private static func spawn(_ command: [String], _ environment: [String: String], _ descriptors: [Int32: Int32]) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        // By way of numbers above all, so that one does not overwrite another.
        let above = (descriptors.values.max() ?? 0) + 1
        for (number, descriptor) in descriptors { unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, above + number) }
        for number in descriptors.keys { unsafe posix_spawn_file_actions_adddup2(&actions, above + number, number) }
        for number in descriptors.keys { unsafe posix_spawn_file_actions_addclose(&actions, above + number) }

        let arguments = unsafe command.map { unsafe strdup($0) } + [nil]
        let variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer { unsafe (arguments + variables).forEach { unsafe free($0) } }
        var pid: pid_t = 0
        let code = unsafe posix_spawnp(&pid, command[0], &actions, &attributes, arguments, variables)
        try #require(code == 0, "cannot start \(command[0]): error \(code)")
        return pid
    }
}
