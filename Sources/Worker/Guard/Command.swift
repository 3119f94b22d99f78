import CLinux
import Glibc

/// The process that is guarded.
enum Command {
    /// Starts the command in a session of its own, without the lifeline, with a TERM of its own should the guard be killed.
    static func start(_ options: GuardOptions) throws(GuardError) -> pid_t {
        let supervisor = getpid()
        let process = linux_fork()
        if process < 0 { throw .system("cannot start \(options.command)") }
        if process > 0 { return process }
        // The guard has one thread, so the child is an ordinary process and may do as it likes.
        do {
            try become(options, childOf: supervisor)
        } catch {
            report(error.message)
            _exit(error.status)
        }
    }

    private static func become(_ options: GuardOptions, childOf supervisor: pid_t) throws(GuardError) -> Never {
        setsid()
        guard linux_set_parent_death_signal(SIGTERM) == 0 else { throw .system("cannot set the parent's death signal") }
        // The guard may have ended before the line above: then nobody will send that signal.
        guard getppid() == supervisor else { _exit(125) }
        try detachInput()
        try resetSignals()
        if let limit = options.memoryLimit, linux_limit_address_space(limit) != 0 {
            throw .system("cannot limit memory to \(limit >> 20) MiB")
        }
        let arguments = unsafe CommandLine.unsafeArgv + options.commandIndex
        if let name = unsafe arguments.pointee { unsafe execvp(name, arguments) }
        throw .system("cannot run \(options.command)", status: errno == ENOENT ? 127 : 126)
    }

    private static func detachInput() throws(GuardError) {
        let empty = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard empty >= 0, dup2(empty, STDIN_FILENO) >= 0 else { throw .system("cannot open /dev/null") }
    }

    /// Blocked and ignored signals pass through exec; the command shall find them as a fresh shell would.
    private static func resetSignals() throws(GuardError) {
        for number in [SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE] { signal(number, SIG_DFL) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        guard unsafe sigprocmask(SIG_SETMASK, &none, nil) == 0 else { throw .system("cannot unblock signals") }
    }
}
