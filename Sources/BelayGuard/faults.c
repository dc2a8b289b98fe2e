#define _GNU_SOURCE
#include "faults.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <ucontext.h>

#include "events.h"
#include "pool.h"
#include "stack.h"

// What the program wants to happen at a fault: it is done after the report.
static struct sigaction wanted_segv = {.sa_handler = SIG_DFL};
static struct sigaction wanted_bus = {.sa_handler = SIG_DFL};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct sigaction *wanted(int number) {
  return number == SIGSEGV ? &wanted_segv : number == SIGBUS ? &wanted_bus : NULL;
}

typedef int (*sigaction_function)(int, const struct sigaction *, struct sigaction *);

static int real_sigaction(int number, const struct sigaction *action, struct sigaction *old) {
  static sigaction_function next;
  if (!next) next = (sigaction_function)dlsym(RTLD_NEXT, "sigaction");
  return next(number, action, old);
}

static enum belay_guard_access access_kind(const void *context) {
#if defined(__x86_64__)
  // The page fault's error code: bit 1 says that it was a write (Intel, volume 3, 4.7).
  const ucontext_t *interrupted = context;
  return interrupted->uc_mcontext.gregs[REG_ERR] & 2 ? BELAY_GUARD_ACCESS_WRITE : BELAY_GUARD_ACCESS_READ;
#else
  (void)context;
  return BELAY_GUARD_ACCESS_UNKNOWN;
#endif
}

// Does what the program wanted.
static void go_on(int number, siginfo_t *information, void *context) {
  struct sigaction action = *wanted(number);
  bool has_handler = action.sa_flags & SA_SIGINFO ? true : action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
  if (!has_handler) {
    // The same instruction faults again, and now the system ends the process, as it would have without the guard.
    struct sigaction standard = {.sa_handler = SIG_DFL};
    real_sigaction(number, &standard, NULL);
    // A signal that somebody sent does not come again by itself.
    if (information->si_code <= 0) raise(number);
    return;
  }
  if (action.sa_flags & (int)SA_RESETHAND) wanted(number)->sa_handler = SIG_DFL;
  if (action.sa_flags & SA_SIGINFO) {
    action.sa_sigaction(number, information, context);
  } else {
    action.sa_handler(number);
  }
}

// The thread that reports; a fault within its report is not reported.
static __thread bool is_reporting __attribute__((tls_model("initial-exec")));

static void on_fault(int number, siginfo_t *information, void *context) {
  uintptr_t address = (uintptr_t)information->si_addr;
  bool is_from_hardware = information->si_code > 0;
  if (is_from_hardware && pool_contains((void *)address) && !is_reporting) {
    is_reporting = true;
    uint32_t block;
    enum belay_guard_event_kind kind = pool_explain(address, &block);
    struct belay_guard_stack stack;
    capture_interrupted_stack(&stack, context);
    say(kind, access_kind(context), address, block, &stack);
    is_reporting = false;
  }
  go_on(number, information, context);
}

static void install(int number) {
  struct sigaction action = *wanted(number);
  action.sa_sigaction = on_fault;
  // Go's threads run on small stacks: its handlers ask for the alternative one, and a program that has none is not harmed.
  action.sa_flags = (action.sa_flags & ~(int)SA_RESETHAND) | SA_SIGINFO | SA_ONSTACK;
  real_sigaction(number, &action, NULL);
}

void catch_faults(void) {
  for (int number = SIGBUS; number; number = number == SIGBUS ? SIGSEGV : 0) {
    struct sigaction present;
    if (real_sigaction(number, NULL, &present) != 0) continue;
    // A library that is initialised before this one, as the Swift runtime can be, may have asked for a handler already: then what it wants is known.
    bool is_mine = present.sa_flags & SA_SIGINFO && present.sa_sigaction == on_fault;
    if (!is_mine) *wanted(number) = present;
    install(number);
  }
}

// MARK: What the program calls

__attribute__((visibility("default"))) int sigaction(int number, const struct sigaction *restrict action, struct sigaction *restrict old) {
  struct sigaction *mine = wanted(number);
  if (!mine) return real_sigaction(number, action, old);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  pthread_mutex_lock(&lock);
  struct sigaction previous = *mine;
  if (action) {
    *mine = *action;
    install(number);
  }
  if (old) *old = previous;
  pthread_mutex_unlock(&lock);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return 0;
}

// The C library's own `signal` goes past `sigaction`.
__attribute__((visibility("default"))) sighandler_t signal(int number, sighandler_t handler) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, old;
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, number);
  return sigaction(number, &action, &old) == 0 ? old.sa_handler : SIG_ERR;
}
