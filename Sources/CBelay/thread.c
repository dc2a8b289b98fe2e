#include "belay_thread.h"

#include <pthread.h>

_Thread_local void *belay_thread_pointer;

// The end of a thread

static pthread_key_t end_key;
static int end_key_error;
static pthread_once_t end_key_once = PTHREAD_ONCE_INIT;
static void (*end_function)(void *);

static _Thread_local int is_ending;

static void run_end(void *pointer) {
  is_ending = 1;
  __atomic_load_n(&end_function, __ATOMIC_RELAXED)(pointer);
}

static void make_end_key(void) { end_key_error = pthread_key_create(&end_key, run_end); }

int belay_thread_at_end(void *pointer, void (*end)(void *)) {
  pthread_once(&end_key_once, make_end_key);
  if (end_key_error) return end_key_error;
  __atomic_store_n(&end_function, end, __ATOMIC_RELAXED);
  return pthread_setspecific(end_key, pointer);
}

int belay_thread_is_ending(void) { return is_ending; }

// Steps

static void (*step_hook)(int);

void belay_step(int step) {
  void (*hook)(int) = __atomic_load_n(&step_hook, __ATOMIC_ACQUIRE);
  if (hook) hook(step);
}

void belay_step_hook(void (*hook)(int)) { __atomic_store_n(&step_hook, hook, __ATOMIC_RELEASE); }
