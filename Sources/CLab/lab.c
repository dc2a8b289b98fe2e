#define _GNU_SOURCE
#include "lab.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct lab_session {
  uint64_t number;
  lab_session_closed closed;
  void *context;
  char name[40];
};

static _Atomic uint64_t sessions;
static const uint64_t *watched;

lab_session *lab_session_open(uint64_t number, lab_session_closed closed, void *context) {
  // As most libraries do it: calloc would seldom hand out again what was freed last.
  lab_session *session = malloc(sizeof *session);
  if (!session) abort();
  memset(session, 0, sizeof *session);
  session->number = number;
  session->closed = closed;
  session->context = context;
  atomic_fetch_add(&sessions, 1);
  return session;
}

void lab_session_close(lab_session *session) {
  atomic_fetch_sub(&sessions, 1);
  free(session);
}

void lab_session_hang_up(lab_session *session) {
  if (session->closed) session->closed(session->context, session);
  lab_session_close(session);
}

uint64_t lab_session_number(const lab_session *session) { return *(const volatile uint64_t *)&session->number; }

uint64_t lab_session_count(void) { return atomic_load(&sessions); }

size_t lab_session_size(void) { return sizeof(lab_session); }

void lab_watch(const uint64_t *words) { watched = words; }

uint64_t lab_watched(size_t index) { return *(const volatile uint64_t *)(watched + index); }

size_t lab_present_bytes(uintptr_t start, size_t size) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t present = 0;
  // Page by page: mincore refuses a range that has a hole.
  for (uintptr_t place = start & ~(uintptr_t)(page - 1); place < start + size; place += page) {
    unsigned char state = 0;
    if (mincore((void *)place, page, &state) == 0 && (state & 1)) present += page;
  }
  return present;
}

static void append(char *text, size_t *length, const char *part) {
  while (*part) text[(*length)++] = *part++;
}

static void number(char *text, size_t *length, uint64_t value, unsigned base) {
  char digits[24];
  size_t count = 0;
  do {
    digits[count++] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value);
  while (count) text[(*length)++] = digits[--count];
}

// Only what a signal handler may call.
static void announce(int signal_number, siginfo_t *info, void *context) {
  (void)context;
  char text[96];
  size_t length = 0;
  append(text, &length, "fault: signal ");
  number(text, &length, (uint64_t)signal_number, 10);
  append(text, &length, " at ");
  if (info->si_code == SI_KERNEL) {
    // Then the processor does not tell which.
    append(text, &length, "an address that no process can have");
  } else {
    append(text, &length, "0x");
    number(text, &length, (uint64_t)(uintptr_t)info->si_addr, 16);
  }
  append(text, &length, "\n");
  ssize_t written = write(STDERR_FILENO, text, length);
  (void)written;
  // Returning runs the access again, and this time it ends the process.
  signal(signal_number, SIG_DFL);
}

void lab_announce_faults(void) {
  static char stack[64 * 1024];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, NULL);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = announce;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
}
