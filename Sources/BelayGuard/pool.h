// Guarded blocks: each on pages of its own with a page that cannot be touched behind it, inaccessible once it is freed until it leaves the quarantine.
#ifndef BELAY_GUARD_POOL_H
#define BELAY_GUARD_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "belay_guard.h"

// Reserves the address space. False when there is none; then nothing can be guarded.
bool pool_create(uint64_t budget, uint32_t quarantine);

// Whether an address lies where guarded blocks lie. Takes no lock.
bool pool_contains(const void *address);

// A guarded block, which `stack` asked for; its bytes are anything; null when the budget is used up, or the system gives no more.
void *pool_allocate(size_t size, size_t alignment, const struct belay_guard_stack *stack);

enum pool_free_result { POOL_FREED, POOL_DOUBLE_FREE, POOL_INVALID_FREE, POOL_CORRUPTED };

// Frees a guarded block, as `stack` asked for. What is found wrong, and with which block, is returned; a corrupted block is freed all the same.
enum pool_free_result pool_free(void *address, const struct belay_guard_stack *stack, uint32_t *block);

// The size of the live block that begins at an address; false if there is none.
bool pool_size(const void *address, size_t *size);

// What an address that was accessed belongs to: the kind of fault, and the block's record or BELAY_GUARD_NO_BLOCK. Takes no lock, for use in a signal handler.
enum belay_guard_event_kind pool_explain(uintptr_t address, uint32_t *block);

// Around a fork, so that the child finds the pool whole; the child has a table of its own from then on.
void pool_before_fork(void);
void pool_after_fork(bool is_child);

#endif
