// What the environment variable BELAY_GUARD asks for, as `name=number` pairs with commas between them.
#ifndef BELAY_GUARD_OPTIONS_H
#define BELAY_GUARD_OPTIONS_H

#include <stdint.h>

struct guard_options {
  // One allocation in so many is guarded.
  uint64_t sample;
  // The most bytes of pages that live guarded blocks have.
  uint64_t budget;
  // The most freed blocks that are kept inaccessible.
  uint64_t quarantine;
  // The pipe that events are written to; -1 for none: then reports go to standard error.
  int64_t events;
  // How many seconds the process waits at an event until it is told to go on.
  uint64_t hold;
};

extern struct guard_options options;

// Reads the environment; what it does not understand is reported on standard error, and ends the process: a guard that does not guard what it was told to would mislead.
void read_options(void);

#endif
