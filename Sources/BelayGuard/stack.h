// The calls that a thread is in.
#ifndef BELAY_GUARD_STACK_H
#define BELAY_GUARD_STACK_H

#include "belay_guard.h"

// The calls that led into the guard. `frame` is the frame address of the guard's function that the program called.
void capture_stack(struct belay_guard_stack *stack, const void *frame);

// The calls that led to where a signal interrupted the thread; `context` is what the handler was given. The first is the interrupted instruction itself.
void capture_interrupted_stack(struct belay_guard_stack *stack, void *context);

#endif
