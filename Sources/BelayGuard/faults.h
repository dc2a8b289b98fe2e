// Faults in guarded memory, and the signal handlers of the program, which come after the guard's.
#ifndef BELAY_GUARD_FAULTS_H
#define BELAY_GUARD_FAULTS_H

// Puts the guard's handler in place, before the program installs its own.
void catch_faults(void);

#endif
