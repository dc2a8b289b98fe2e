// The functions that a program allocates with, in front of those of the C library. C++'s operators come through malloc and free.
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "events.h"
#include "exits.h"
#include "faults.h"
#include "options.h"
#include "pool.h"
#include "real.h"
#include "stack.h"
#include "table.h"

#define EXPORTED __attribute__((visibility("default")))
// Storage that is there without memory being asked for.
#define PER_THREAD __thread __attribute__((tls_model("initial-exec")))

// Whether the thread is within the guard: what it allocates there, and what a signal handler that interrupts it allocates, is not guarded.
static PER_THREAD bool is_inside;
// How many allocations until the next one that is guarded.
static PER_THREAD uint64_t until_guarded;
static PER_THREAD uint64_t random_state;
static bool is_on;

// MARK: Blocks that a signal handler frees while its thread is within the guard

struct pending {
  struct pending *next;
};

static struct pending *pending;

// The block is guarded and live, so there is room in it for a link, unless it is smaller: then it is left as it is.
static void free_later(void *block) {
  size_t size;
  if (!pool_size(block, &size) || size < sizeof(struct pending)) return;
  struct pending *entry = block;
  entry->next = __atomic_load_n(&pending, __ATOMIC_ACQUIRE);
  while (!__atomic_compare_exchange_n(&pending, &entry->next, entry, true, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE)) {
  }
}

static void free_guarded(void *block, const void *frame);

static void free_pending(const void *frame) {
  struct pending *entry = __atomic_exchange_n(&pending, NULL, __ATOMIC_ACQ_REL);
  while (entry) {
    struct pending *next = entry->next;
    free_guarded(entry, frame);
    entry = next;
  }
}

// MARK: Which blocks are guarded

static uint64_t next_distance(void) {
  if (options.sample == 1) return 0;
  // xorshift (Marsaglia 2003); its start differs from thread to thread.
  if (random_state == 0) random_state = (uint64_t)(uintptr_t)&random_state * 0x9e3779b97f4a7c15u | 1;
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  // Between 0 and twice the mean, so that no pattern of allocations stays unseen.
  return random_state % (2 * options.sample - 1);
}

static bool is_next_guarded(void) {
  if (!is_on || is_inside) return false;
  if (until_guarded > 0) {
    until_guarded--;
    return false;
  }
  until_guarded = next_distance();
  return true;
}

// The frame of the function that the program called.
#define CALLED __builtin_frame_address(0)

static void *allocate_guarded(size_t size, size_t alignment, const void *frame) {
  is_inside = true;
  int error = errno;
  struct belay_guard_stack stack;
  capture_stack(&stack, frame);
  void *block = pool_allocate(size, alignment, &stack);
  if (__atomic_load_n(&pending, __ATOMIC_RELAXED)) free_pending(frame);
  errno = error;
  is_inside = false;
  return block;
}

// Ends the process at what cannot be gone on after, as the C library does.
static void report_free(enum pool_free_result result, void *address, uint32_t block, const struct belay_guard_stack *stack) {
  enum belay_guard_event_kind kind = result == POOL_DOUBLE_FREE     ? BELAY_GUARD_DOUBLE_FREE
                                     : result == POOL_INVALID_FREE ? BELAY_GUARD_INVALID_FREE
                                                                   : BELAY_GUARD_CORRUPTED;
  say(kind, BELAY_GUARD_ACCESS_UNKNOWN, (uintptr_t)address, block, stack);
  abort();
}

static void free_guarded(void *block, const void *frame) {
  struct belay_guard_stack stack;
  capture_stack(&stack, frame);
  uint32_t record;
  enum pool_free_result result = pool_free(block, &stack, &record);
  if (result != POOL_FREED) report_free(result, block, record, &stack);
}

// MARK: What the program calls

EXPORTED void *malloc(size_t size) {
  void *block = is_next_guarded() ? allocate_guarded(size, 16, CALLED) : NULL;
  return block ? block : real_malloc(size);
}

EXPORTED void free(void *block) {
  if (!pool_contains(block)) {
    real_free(block);
    return;
  }
  if (is_inside) {
    free_later(block);
    return;
  }
  is_inside = true;
  int error = errno;
  free_guarded(block, CALLED);
  errno = error;
  is_inside = false;
}

EXPORTED void *calloc(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return NULL;
  }
  void *block = is_next_guarded() ? allocate_guarded(bytes, 16, CALLED) : NULL;
  return block ? memset(block, 0, bytes) : real_calloc(count, size);
}

EXPORTED void *realloc(void *old, size_t size) {
  if (!old) return malloc(size);
  if (!pool_contains(old)) return real_realloc(old, size);
  size_t old_size;
  if (!pool_size(old, &old_size)) {
    // A block that was freed, or none at all: `free` says which, and does not return.
    free(old);
    return NULL;
  }
  if (size == 0) {
    free(old);
    return NULL;
  }
  // Always to another place, so that every pointer to the old one is found out.
  void *block = is_inside ? NULL : allocate_guarded(size, 16, CALLED);
  if (!block) block = real_malloc(size);
  if (!block) return NULL;
  memcpy(block, old, size < old_size ? size : old_size);
  free(old);
  return block;
}

EXPORTED void *reallocarray(void *old, size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return NULL;
  }
  return realloc(old, bytes);
}

static bool is_power_of_two(size_t number) { return number != 0 && (number & (number - 1)) == 0; }

EXPORTED void *memalign(size_t alignment, size_t size) {
  if (!is_power_of_two(alignment)) {
    errno = EINVAL;
    return NULL;
  }
  void *block = is_next_guarded() ? allocate_guarded(size, alignment, CALLED) : NULL;
  return block ? block : real_memalign(alignment, size);
}

EXPORTED void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

EXPORTED int posix_memalign(void **result, size_t alignment, size_t size) {
  if (!is_power_of_two(alignment) || alignment % sizeof(void *) != 0) return EINVAL;
  int error = errno;
  void *block = memalign(alignment, size);
  errno = error;
  if (!block) return ENOMEM;
  *result = block;
  return 0;
}

EXPORTED void *valloc(size_t size) { return memalign((size_t)getpagesize(), size); }

EXPORTED void *pvalloc(size_t size) {
  size_t page = (size_t)getpagesize();
  size_t rounded;
  if (__builtin_add_overflow(size, page - 1, &rounded)) {
    errno = ENOMEM;
    return NULL;
  }
  return memalign(page, rounded & ~(page - 1));
}

EXPORTED size_t malloc_usable_size(void *block) {
  if (!pool_contains(block)) return real_usable_size(block);
  size_t size;
  return pool_size(block, &size) ? size : 0;
}

// The C library's own strdup calls its malloc past the guard.
EXPORTED char *strdup(const char *text) {
  size_t bytes = strlen(text) + 1;
  char *copy = malloc(bytes);
  return copy ? memcpy(copy, text, bytes) : NULL;
}

EXPORTED char *strndup(const char *text, size_t most) {
  size_t bytes = strnlen(text, most);
  char *copy = malloc(bytes + 1);
  if (!copy) return NULL;
  copy[bytes] = 0;
  return memcpy(copy, text, bytes);
}

// MARK: Start, fork, end

static void before_fork(void) {
  is_inside = true;
  pool_before_fork();
}

static void after_fork_in_parent(void) {
  pool_after_fork(false);
  is_inside = false;
}

static void after_fork_in_child(void) {
  pool_after_fork(true);
  say_hello();
  is_inside = false;
}

__attribute__((constructor)) static void start(void) {
  is_inside = true;
  read_options();
  // The first unwinding loads what it needs.
  struct belay_guard_stack stack;
  capture_stack(&stack, CALLED);
  if (pool_create(options.budget, (uint32_t)options.quarantine)) {
    catch_faults();
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
    say_hello();
    // A process that this one forks waits as it does.
    int exits = __atomic_load_n(&table->holds_exits, __ATOMIC_ACQUIRE) ? watch_exits() : -1;
    if (exits >= 0) say_exits(exits);
    is_on = true;
  } else {
    static const char text[] = "belay guard: the system gives no address space: nothing is guarded; raise 'ulimit -v'\n";
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
  }
  is_inside = false;
}

__attribute__((destructor)) static void end(void) {
  if (!is_on || options.events < 0) return;
  say(BELAY_GUARD_GOODBYE, BELAY_GUARD_ACCESS_UNKNOWN, 0, BELAY_GUARD_NO_BLOCK, NULL);
}
