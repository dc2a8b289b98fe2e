// What the guard says: to `belay guard` through a pipe, or to a person on standard error.
#ifndef BELAY_GUARD_EVENTS_H
#define BELAY_GUARD_EVENTS_H

#include <stdint.h>

#include "belay_guard.h"

// Says that this process has a table.
void say_hello(void);

// Says by which file ends are announced.
void say_exits(int file);

// Says what was found, and waits until the other side has looked at the process, for as long as the options allow. Safe in a signal handler.
void say(enum belay_guard_event_kind kind, enum belay_guard_access access, uintptr_t address, uint32_t block, const struct belay_guard_stack *stack);

#endif
