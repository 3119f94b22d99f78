/* System calls that Swift cannot import by themselves: variadic ones, `fork`, and macros over a wait status. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* Orphaned descendants become children of this process instead of init's: prctl(2), PR_SET_CHILD_SUBREAPER. */
static inline int linux_become_child_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L); }

/* The calling process gets `signal` when its parent ends, however it ends: prctl(2), PR_SET_PDEATHSIG. */
static inline int linux_set_parent_death_signal(int signal) { return prctl(PR_SET_PDEATHSIG, (long)signal, 0L, 0L, 0L); }

/* Safe only in a process that has one thread. */
static inline pid_t linux_fork(void) { return fork(); }

static inline int linux_limit_address_space(unsigned long bytes) {
    const struct rlimit limit = {bytes, bytes};
    return setrlimit(RLIMIT_AS, &limit);
}

/* The status as a shell reports it: the exit code, or 128 + the signal that ended the process. */
static inline int linux_shell_status(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

/* Processors that this process may use: sched_getaffinity(2), whose wrapper glibc hides from all but GNU programs. */
static inline int linux_processor_count(void) {
    unsigned long mask[1024 / sizeof(long)];
    const long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    int count = 0;
    for (long word = 0; word < bytes / (long)sizeof(long); word++) count += __builtin_popcountl(mask[word]);
    return count > 0 ? count : 1;
}
