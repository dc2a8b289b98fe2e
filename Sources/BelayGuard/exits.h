// Has the process, and all that it starts, wait at its end until belay guard lets it end.
#ifndef BELAY_GUARD_EXITS_H
#define BELAY_GUARD_EXITS_H

// The file by which belay guard learns of ends; -1 if the system has no such thing, or has it already for this process.
int watch_exits(void);

#endif
