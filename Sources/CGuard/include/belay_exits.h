// Holds a process at its end until somebody has looked at it, also one that ends by a system call of its own, as Go programs do: by a seccomp filter (Linux 5.6 and later).
#ifndef BELAY_EXITS_H
#define BELAY_EXITS_H

#include <stdint.h>

// A thread that is about to end its process.
struct belay_exit {
  uint64_t id;
  uint32_t thread;
};

// In the watcher: its own copy of the listener that a process has under a number; -1 if there is none, or the system does not allow it.
int belay_exits_take(uint32_t process, int listener);

// In the watcher: the next process that waits at its end. False if there is none (any more).
int belay_exits_next(int listener, struct belay_exit *exit);

// In the watcher: lets it end.
void belay_exits_allow(int listener, const struct belay_exit *exit);

#endif
