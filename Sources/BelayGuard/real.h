// The allocator that stands behind the guard: the next one in the order of loading.
#ifndef BELAY_GUARD_REAL_H
#define BELAY_GUARD_REAL_H

#include <stdbool.h>
#include <stddef.h>

void *real_malloc(size_t size);
void *real_calloc(size_t count, size_t size);
void *real_realloc(void *block, size_t size);
void *real_memalign(size_t alignment, size_t size);
void real_free(void *block);
size_t real_usable_size(void *block);

#endif
