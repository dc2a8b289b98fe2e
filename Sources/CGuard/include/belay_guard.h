// What the allocator guard and `belay guard` have in common: the table of guarded blocks, in memory that both map, and the events that the guard writes to a pipe.
//
// The guard writes the table, the other side reads it, except for `resume`. Both are of one build: there is a version so that a mismatch is an error, not a riddle.
#ifndef BELAY_GUARD_H
#define BELAY_GUARD_H

#include <stdint.h>

enum {
  BELAY_GUARD_VERSION = 2,
  BELAY_GUARD_FRAMES = 24,
};

// "belayguard" cut to eight bytes, as a number of the machine.
static const uint64_t BELAY_GUARD_MAGIC = 0x6472617567796c62;

// What has become of a block.
enum belay_guard_state {
  BELAY_GUARD_UNUSED = 0,
  BELAY_GUARD_LIVE = 1,
  // Freed, and its pages cannot be read or written: in quarantine.
  BELAY_GUARD_FREED = 2,
};

// A stack: return addresses, the innermost first; zero ends it before its capacity does.
struct belay_guard_stack {
  uint64_t frames[BELAY_GUARD_FRAMES];
};

// A guarded block. While `state` is UNUSED the rest means nothing.
struct belay_guard_block {
  uint32_t state;
  // The threads (Linux's numbers) that allocated and freed it.
  uint32_t allocated_by;
  uint32_t freed_by;
  uint32_t alignment;
  // Where it lies, and the bytes that were asked for.
  uint64_t address;
  uint64_t size;
  // Its pages: from the first to the guard page behind the last.
  uint64_t pages;
  uint64_t page_bytes;
  // Counts allocations and frees in the order they happened; zero for a free that has not.
  uint64_t allocated_at;
  uint64_t freed_at;
  struct belay_guard_stack allocated;
  struct belay_guard_stack freed;
};

struct belay_guard_table {
  uint64_t magic;
  uint32_t version;
  uint32_t block_bytes;
  // The address space in which all guarded blocks lie.
  uint64_t region;
  uint64_t region_bytes;
  // Blocks from `blocks` on: how many records have ever been used, and how many there can be.
  uint32_t used;
  uint32_t capacity;
  // What happened so far.
  uint64_t allocations;
  uint64_t guarded;
  uint64_t frees;
  // Blocks that are live, and their pages' bytes.
  uint64_t live;
  uint64_t live_bytes;
  // Events written so far; `resume` is the last that the process may go on after. The other side writes `resume`.
  uint64_t events;
  uint64_t resume;
  // Not zero if the process is to wait at its end. The other side writes it before the process goes on after HELLO.
  uint64_t holds_exits;
  struct belay_guard_block blocks[];
};

enum belay_guard_event_kind {
  // A process has started under the guard, or an existing one has forked; `descriptor` is the file that holds its table.
  BELAY_GUARD_HELLO = 1,
  // The process is about to exit.
  BELAY_GUARD_GOODBYE = 2,
  BELAY_GUARD_USE_AFTER_FREE = 3,
  BELAY_GUARD_OVERFLOW = 4,
  BELAY_GUARD_UNDERFLOW = 5,
  // An access in the guard's region that belongs to no block.
  BELAY_GUARD_WILD = 6,
  BELAY_GUARD_DOUBLE_FREE = 7,
  // A free of an address that is not where a block begins.
  BELAY_GUARD_INVALID_FREE = 8,
  // Bytes around a block were found changed when it was freed.
  BELAY_GUARD_CORRUPTED = 9,
  // From now on the process, and all that it starts, wait at their ends: see `belay_exits.h`.
  BELAY_GUARD_EXITS = 10,
};

enum belay_guard_access {
  BELAY_GUARD_ACCESS_UNKNOWN = 0,
  BELAY_GUARD_ACCESS_READ = 1,
  BELAY_GUARD_ACCESS_WRITE = 2,
};

// The block of a record.
static inline const struct belay_guard_block *belay_guard_block_at(const struct belay_guard_table *table, uint32_t index) { return &table->blocks[index]; }

// What changes while it is read.
static inline uint32_t belay_guard_used(const struct belay_guard_table *table) { return __atomic_load_n(&table->used, __ATOMIC_ACQUIRE); }
static inline uint32_t belay_guard_state_of(const struct belay_guard_block *block) { return __atomic_load_n(&block->state, __ATOMIC_ACQUIRE); }

// Lets the process go on after an event.
static inline void belay_guard_resume(struct belay_guard_table *table, uint64_t number) { __atomic_store_n(&table->resume, number, __ATOMIC_RELEASE); }

// Asks the process to wait at its end.
static inline void belay_guard_hold_exits(struct belay_guard_table *table) { __atomic_store_n(&table->holds_exits, 1, __ATOMIC_RELEASE); }

// No block.
static const uint32_t BELAY_GUARD_NO_BLOCK = 0xffffffff;

// Written in one piece: pipes take this size whole.
struct belay_guard_event {
  uint64_t magic;
  uint32_t kind;
  uint32_t process;
  uint32_t thread;
  uint32_t access;
  // The number of the event; the process waits until `resume` has reached it.
  uint64_t number;
  // What was accessed or freed.
  uint64_t address;
  // The block's record, or BELAY_GUARD_NO_BLOCK.
  uint32_t block;
  // The table's file descriptor in the process; with EXITS the one by which ends are announced.
  uint32_t descriptor;
  struct belay_guard_stack stack;
};

#endif
