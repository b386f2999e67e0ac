import Glibc

/// Blocks the thread for a millisecond: only for threads of a test's own.
func usleepBriefly() { usleep(1000) }
