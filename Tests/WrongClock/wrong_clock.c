// For LD_PRELOAD: the program's wall clock is off by WRONG_CLOCK_SECONDS, as on a host that nobody set; all else is as it was, the monotonic
// clocks above all. (Debian's libfaketime moves the monotonic timers of timerfd_settime with the wall clock; Swift's tasks sleep by these.)
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static time_t offset(void) {
    const char *text = getenv("WRONG_CLOCK_SECONDS");
    return text ? atol(text) : 0;
}

// A moment of the program's, as the kernel has it. One that is not of the wall clock, whose seconds are those since the start of the
// machine, stays what it is.
static struct timespec real(struct timespec moment) {
    if (moment.tv_sec > 1000000000) moment.tv_sec -= offset();
    return moment;
}

int clock_gettime(clockid_t clock, struct timespec *moment) {
    int status = (int)syscall(SYS_clock_gettime, clock, moment);
    if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) moment->tv_sec += offset();
    return status;
}

int gettimeofday(struct timeval *moment, void *zone) {
    struct timespec now;
    int status = clock_gettime(CLOCK_REALTIME, &now);
    moment->tv_sec = now.tv_sec;
    moment->tv_usec = now.tv_nsec / 1000;
    return status;
}

time_t time(time_t *moment) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (moment) *moment = now.tv_sec;
    return now.tv_sec;
}

int sem_timedwait(sem_t *semaphore, const struct timespec *until) {
    struct timespec end = real(*until);
    int (*next)(sem_t *, const struct timespec *) = dlsym(RTLD_NEXT, "sem_timedwait");
    return next(semaphore, &end);
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until) {
    struct timespec end = real(*until);
    int (*next)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *) = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    return next(condition, mutex, &end);
}

int timerfd_settime(int timer, int flags, const struct itimerspec *value, struct itimerspec *old) {
    struct itimerspec setting = *value;
    if (flags & TFD_TIMER_ABSTIME) setting.it_value = real(setting.it_value);
    return (int)syscall(SYS_timerfd_settime, timer, flags, &setting, old);
}
