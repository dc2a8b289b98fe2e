// What handle tables keep for each thread. Not part of the interface: programs include `belay.h`.
#ifndef BELAY_THREAD_H
#define BELAY_THREAD_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// One pointer for each thread: Swift has no thread-local storage that is as cheap.
#if defined(__APPLE__)
extern _Thread_local void *belay_thread_pointer;
#else
extern _Thread_local void *belay_thread_pointer __attribute__((tls_model("initial-exec")));
#endif

static inline __attribute__((always_inline, unused)) void *belay_thread_get(void) { return belay_thread_pointer; }
static inline __attribute__((always_inline, unused)) void belay_thread_set(void *pointer) {
  belay_thread_pointer = pointer;
}

// Keeps the compiler, and nobody else, from moving memory accesses across it.
static inline __attribute__((always_inline, unused)) void belay_compiler_barrier(void) {
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

// Has `end` called with the thread's pointer when the calling thread ends. Returns zero, or the error of the system.
int belay_thread_at_end(void *pointer, void (*end)(void *));

// Whether the function of `belay_thread_at_end` has been called for the calling thread.
int belay_thread_is_ending(void);

// Tests of debug builds stop threads at named steps with it.
void belay_step(int step);
void belay_step_hook(void (*hook)(int step));

#ifdef __cplusplus
}
#endif

#endif
