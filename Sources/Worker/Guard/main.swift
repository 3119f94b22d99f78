import Glibc

// nixery-guard [--grace SECONDS] [--memory MEBIBYTES] -- COMMAND [ARGUMENT...]
//
// Runs COMMAND so that nothing of it outlives whoever holds the other end of the guard's standard input, the lifeline.
// Exit status: the command's (128 + N when signal N ended it); 125 for an error of the guard, 126 for a command that
// cannot be executed, 127 for one that is not found: as env(1) and timeout(1) do.

do {
    let options = try GuardOptions(CommandLine.arguments)
    exit(try Supervisor.supervise(options))
} catch {
    report(error.message)
    exit(error.status)
}
