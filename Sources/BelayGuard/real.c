#define _GNU_SOURCE
#include "real.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static void *(*next_memalign)(size_t, size_t);
static void (*next_free)(void *);
static size_t (*next_usable_size)(void *);

// dlsym itself allocates: what is asked for while the next allocator is looked up comes from here, and is never given back.
static _Alignas(64) char bootstrap[64 * 1024];
static atomic_size_t bootstrap_used;

static void *bootstrap_allocate(size_t alignment, size_t size) {
  if (alignment < 16) alignment = 16;
  size_t used = atomic_load(&bootstrap_used);
  for (;;) {
    size_t start = (used + alignment - 1) & ~(alignment - 1);
    if (size > sizeof bootstrap || start > sizeof bootstrap - size) return NULL;
    if (atomic_compare_exchange_weak(&bootstrap_used, &used, start + size)) return bootstrap + start;
  }
}

static bool is_bootstrap(const void *block) {
  return (uintptr_t)block - (uintptr_t)bootstrap < sizeof bootstrap;
}

// 0 not yet, 1 a thread is at it, 2 done.
static atomic_int looked_up;

// Whether the next allocator is known; false only while it is being looked up.
static bool look_up(void) {
  if (atomic_load_explicit(&looked_up, memory_order_acquire) == 2) return true;
  int none = 0;
  if (!atomic_compare_exchange_strong(&looked_up, &none, 1)) return none == 2;
  next_malloc = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
  next_calloc = (void *(*)(size_t, size_t))dlsym(RTLD_NEXT, "calloc");
  next_realloc = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
  next_memalign = (void *(*)(size_t, size_t))dlsym(RTLD_NEXT, "memalign");
  next_free = (void (*)(void *))dlsym(RTLD_NEXT, "free");
  next_usable_size = (size_t(*)(void *))dlsym(RTLD_NEXT, "malloc_usable_size");
  atomic_store_explicit(&looked_up, 2, memory_order_release);
  return true;
}

void *real_malloc(size_t size) { return look_up() ? next_malloc(size) : bootstrap_allocate(16, size); }

void *real_calloc(size_t count, size_t size) {
  if (look_up()) return next_calloc(count, size);
  size_t bytes;
  // Static memory that was never handed out before is zero.
  return __builtin_mul_overflow(count, size, &bytes) ? NULL : bootstrap_allocate(16, bytes);
}

void *real_realloc(void *block, size_t size) {
  if (!is_bootstrap(block)) return look_up() ? next_realloc(block, size) : bootstrap_allocate(16, size);
  void *moved = real_malloc(size);
  // The old size is not known: what lies behind the block is the arena's own, and harmless to copy.
  size_t rest = (size_t)(bootstrap + sizeof bootstrap - (char *)block);
  if (moved) memcpy(moved, block, size < rest ? size : rest);
  return moved;
}

void *real_memalign(size_t alignment, size_t size) {
  return look_up() ? next_memalign(alignment, size) : bootstrap_allocate(alignment, size);
}

void real_free(void *block) {
  if (!block || is_bootstrap(block)) return;
  if (look_up()) next_free(block);
}

size_t real_usable_size(void *block) {
  if (!block || is_bootstrap(block)) return 0;
  return look_up() && next_usable_size ? next_usable_size(block) : 0;
}
