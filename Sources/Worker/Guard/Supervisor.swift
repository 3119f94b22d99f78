import CLinux
import Glibc

/// Runs one command and stays until no descendant of it is left.
///
/// The guard is a child subreaper: every descendant that loses its parent, also one in a session of its own, becomes a
/// child of the guard. So *having no child* means *having no descendant*, and killing children until there are none
/// reaches everything. A child's process id cannot be reused before the guard itself has reaped it, which makes the kill
/// free of races.
struct Supervisor {
    private enum Phase {
        /// The command works, the lifeline is held.
        case running
        /// TERM was sent; the rest may clean up until this time (milliseconds of the monotonic clock).
        case stopping(until: Int64)
        /// Whatever is left is killed.
        case clearing
    }

    private let options: GuardOptions
    private let signals: Int32
    private let command: pid_t
    private var phase = Phase.running
    private var commandStatus: Int32?

    /// - Returns: the status to exit with, when the last descendant has ended.
    static func supervise(_ options: GuardOptions) throws(GuardError) -> Int32 {
        guard linux_become_child_subreaper() == 0 else { throw .system("cannot become a child subreaper") }
        // Blocked before the command starts, so that no signal is lost between start and poll.
        let signals = try SignalDescriptor.open(for: [SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT])
        let command = try Command.start(options)
        var supervisor = Supervisor(options: options, signals: signals, command: command)
        return try supervisor.run()
    }

    private init(options: GuardOptions, signals: Int32, command: pid_t) {
        self.options = options
        self.signals = signals
        self.command = command
    }

    private mutating func run() throws(GuardError) -> Int32 {
        while reapEnded() {
            switch phase {
            case .running:
                // The command has ended by itself: what it left behind was not asked for.
                if commandStatus != nil { phase = .clearing }
            case .stopping(let deadline):
                if Self.now() >= deadline { phase = .clearing } else { terminateOrphans() }
            case .clearing:
                break
            }
            if case .clearing = phase { killChildren() }
            if try stopRequested() { beginStopping() }
        }
        // Without a child there was an end of the command, unless the kernel lost it.
        return commandStatus ?? 125
    }

    /// Collects everything that has ended.
    /// - Returns: whether a child is left.
    private mutating func reapEnded() -> Bool {
        var status: Int32 = 0
        while true {
            let process = unsafe waitpid(-1, &status, WNOHANG)
            if process == 0 { return true }
            if process < 0 {
                if errno == EINTR { continue }
                return false
            }
            if process == command { commandStatus = linux_shell_status(status) }
        }
    }

    /// Sleeps until a signal, the end of the lifeline, or the phase's time.
    /// - Returns: whether the command has to go.
    private func stopRequested() throws(GuardError) -> Bool {
        let isRunning = if case .running = phase { true } else { false }
        var descriptors = [
            pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
            // A negative descriptor is passed over: once the lifeline has ended it would be ready for ever.
            pollfd(fd: isRunning ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
        ]
        let count = unsafe poll(&descriptors, nfds_t(descriptors.count), timeout())
        if count < 0, errno != EINTR { throw .system("cannot wait for events") }
        guard count > 0 else { return false }
        var requested = false
        if descriptors[0].revents != 0 { requested = SignalDescriptor.drain(signals) }
        if descriptors[1].revents != 0 { requested = Self.lifelineEnded() || requested }
        return requested
    }

    private func timeout() -> Int32 {
        switch phase {
        case .running: -1
        case .stopping(let deadline): Int32(clamping: max(0, deadline - Self.now()))
        // Every kill ends in a SIGCHLD; the time is only for a kernel under such load that the process table was read torn.
        case .clearing: 100
        }
    }

    private mutating func beginStopping() {
        guard case .running = phase else { return }
        phase = .stopping(until: Self.now() + options.graceMilliseconds)
        // Before the command has made its session there is no such group, only the process.
        if commandStatus == nil, kill(-command, SIGTERM) != 0 { kill(command, SIGTERM) }
    }

    /// Descendants in sessions of their own did not get the TERM to the command's group; they get it once they are orphans.
    private func terminateOrphans() {
        for process in ProcessTable.children(of: getpid()) where process != command { kill(process, SIGTERM) }
    }

    private func killChildren() {
        // The group as well: it is one call for most of the tree, and works where /proc is not mounted.
        if commandStatus == nil { kill(-command, SIGKILL) }
        for process in ProcessTable.children(of: getpid()) { kill(process, SIGKILL) }
    }

    /// Whoever holds the lifeline has nothing to say on it; bytes are thrown away, its end is the message.
    private static func lifelineEnded() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, $0.count) }
        return count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)
    }

    private static func now() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
