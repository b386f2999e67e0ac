// Goes before libfaketime, whose version 0.9.10 shifts each absolute timerfd, also one of a clock that FAKETIME_DONT_FAKE_MONOTONIC says
// to leave alone: with a clock an hour behind, a pause of 50 ms took an hour. No clock that measures is shifted here, so no timer may be.

#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

int timerfd_settime(int fd, int flags, const struct itimerspec *new_value, struct itimerspec *old_value) {
    return (int)syscall(SYS_timerfd_settime, fd, flags, new_value, old_value);
}
