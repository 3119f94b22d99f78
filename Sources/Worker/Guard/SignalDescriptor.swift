import CLinux
import Glibc

/// Signals as something to poll: signalfd(2).
enum SignalDescriptor {
    /// Blocks the signals and gives a descriptor on which they arrive. HUP and INT stay ignored if they were, as nohup(1) promises.
    static func open(for numbers: [Int32]) throws(GuardError) -> Int32 {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in numbers { unsafe sigaddset(&set, number) }
        // Ignored signals, which a process inherits, would not arrive; ignored children would not leave a status.
        for number in [SIGCHLD, SIGTERM] { signal(number, SIG_DFL) }
        guard unsafe sigprocmask(SIG_BLOCK, &set, nil) == 0 else { throw .system("cannot block signals") }
        let descriptor = unsafe signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
        guard descriptor >= 0 else { throw .system("cannot make a signal descriptor") }
        return descriptor
    }

    /// Takes all signals that are there.
    /// - Returns: whether one of them asks the guard to stop.
    static func drain(_ descriptor: Int32) -> Bool {
        var stop = false
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        while unsafe read(descriptor, &information, size) == size {
            if Int32(bitPattern: information.ssi_signo) != SIGCHLD { stop = true }
        }
        return stop
    }
}
