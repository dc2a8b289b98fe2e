// The table of live maps, for debuggers and for `belay inspect`: which maps a process has, where, and how to read them. It is data with C's layout under a C name, so that it can be
// found and read from outside, also in a core dump of a stripped program's libraries.
#ifndef BELAY_LIVE_MAPS_H
#define BELAY_LIVE_MAPS_H

#include <stdint.h>

// A record. One that is free has `header` zero.
struct belay_live_map {
  // The address of the map's header.
  uint64_t header;
  // A number that no other map of the process has had.
  uint64_t id;
  // The address of the type's name, as in `BucketMap<Int, String>`: UTF-8, ends with a zero byte, is never freed.
  const char *type;
  // The address of a text that says where everything lies, as `name=value` pairs with spaces between them: the offsets of the header's fields, the slots of a bucket, and the offsets,
  // sizes and strides of keys and values. Never freed.
  //
  // The array of buckets at `buckets.rows` has `buckets.mask` / `row` + 1 rows of `row` bytes, then as many links of `link` bytes; its slots are at `buckets.slots`, `bucket` bytes for each
  // bucket. The first `slots` bytes of a row stand for its slots: at `least` and above the slot is in use; 0 is empty, as is all behind it in the chain; 2 to 4 have moved on to the new
  // array. A link leads to the next bucket of the chain, or is zero: there a row, a link, and `overflow.slots` bytes from its start
  // `overflow.count` slots. `oldbuckets` is what a growing map moves out of.
  const char *layout;
};

struct belay_live_map_table {
  // "belaymap", without a zero byte.
  char magic[8];
  // 1. A reader that does not know the version must not read on.
  uint32_t version;
  // The size of a record.
  uint32_t record_bytes;
  // Odd while the table is being changed. A reader that finds it odd, or another after reading than before, reads again.
  uint64_t change;
  // How many records there are, free ones included, and how many are in use.
  uint64_t capacity;
  uint64_t count;
  struct belay_live_map *records;
};

extern struct belay_live_map_table belay_live_maps;

// The table, for Swift, which does not reach global variables.
static inline struct belay_live_map_table *belay_live_maps_table(void) { return &belay_live_maps; }

// Whether maps are entered: 0 not decided yet, 1 no, 2 yes.
extern uint8_t belay_live_maps_mode;

static inline uint8_t belay_live_maps_load_mode(void) { return __atomic_load_n(&belay_live_maps_mode, __ATOMIC_RELAXED); }
static inline void belay_live_maps_store_mode(uint8_t mode) { __atomic_store_n(&belay_live_maps_mode, mode, __ATOMIC_RELAXED); }

// The table is changed between these two, by one thread at a time.
static inline void belay_live_maps_begin(void) {
  __atomic_store_n(&belay_live_maps.change, belay_live_maps.change + 1, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
}
static inline void belay_live_maps_end(void) {
  __atomic_store_n(&belay_live_maps.change, belay_live_maps.change + 1, __ATOMIC_RELEASE);
}

#endif
