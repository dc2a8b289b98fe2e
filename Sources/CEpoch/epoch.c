#include "epoch.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/membarrier.h>
#include <sys/syscall.h>
#endif

// What a thread without a record points at: all slots are in use, for ever.
_Static_assert(sizeof(struct belay_epoch_record) == 128, "a record fills its lines");
static struct belay_epoch_record none = {.slots = {{1, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 0}}};

BELAY_EPOCH_THREAD struct belay_epoch_record *belay_epoch_own = &none;
BELAY_EPOCH_THREAD int belay_epoch_is_ending;
// Whether the thread may not keep a record, as nobody would take it back: the thread is ending.
static BELAY_EPOCH_THREAD int keeps_none;

int belay_epoch_is_asymmetric;
static struct belay_epoch_record *records;
uint64_t belay_epoch_records_made;
static uint64_t free_count;
static pthread_key_t key;
static int has_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void thread_ends(void *record) {
  belay_epoch_own = &none;
  keeps_none = 1;
  __atomic_store_n(&((struct belay_epoch_record *)record)->owner, 0, __ATOMIC_RELEASE);
  __atomic_fetch_add(&free_count, 1, __ATOMIC_RELEASE);
}

static void start(void) {
  has_key = pthread_key_create(&key, thread_ends) == 0;
#if defined(__linux__)
  long commands = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
  belay_epoch_is_asymmetric = commands > 0 && (commands & MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0 &&
                              syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
#endif
}

void belay_epoch_start(void) { pthread_once(&once, start); }

static uint64_t thread_identifier(void) {
#if defined(__linux__)
  return (uint64_t)syscall(SYS_gettid);
#else
  uint64_t identifier = 0;
  pthread_threadid_np(0, &identifier);
  return identifier;
#endif
}

static struct belay_epoch_slot *unused_slot(struct belay_epoch_record *record) {
  for (int index = 0; index < BELAY_EPOCH_SLOTS; index++) {
    if (__atomic_load_n(&record->slots[index].epoch, __ATOMIC_RELAXED) == 0) return &record->slots[index];
  }
  return 0;
}

// A record that nobody owns and that has a slot to take: an old one, or a new one.
static struct belay_epoch_record *claim(void) {
  uint64_t self = thread_identifier();
  if (__atomic_load_n(&free_count, __ATOMIC_ACQUIRE) > 0) {
    struct belay_epoch_record *record = __atomic_load_n(&records, __ATOMIC_ACQUIRE);
    for (; record; record = record->next) {
      uint64_t nobody = 0;
      if (__atomic_load_n(&record->owner, __ATOMIC_RELAXED) != 0 || !unused_slot(record)) continue;
      if (!__atomic_compare_exchange_n(&record->owner, &nobody, self, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) continue;
      __atomic_fetch_sub(&free_count, 1, __ATOMIC_RELEASE);
      if (unused_slot(record)) return record;
      __atomic_store_n(&record->owner, 0, __ATOMIC_RELEASE);
      __atomic_fetch_add(&free_count, 1, __ATOMIC_RELEASE);
    }
  }
  void *memory = 0;
  if (posix_memalign(&memory, 128, sizeof(struct belay_epoch_record)) != 0) {
    fputs("Belay: no memory for a thread's epoch record\n", stderr);
    abort();
  }
  memset(memory, 0, sizeof(struct belay_epoch_record));
  struct belay_epoch_record *record = memory;
  record->owner = self;
  record->number = __atomic_fetch_add(&belay_epoch_records_made, 1, __ATOMIC_SEQ_CST);
  // For `belay_epoch_is_alone`.
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  record->next = __atomic_load_n(&records, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(&records, &record->next, record, 1, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
  }
  return record;
}

// The record that the thread keeps until it ends; nil while it ends.
static struct belay_epoch_record *own(void) {
  if (belay_epoch_own != &none) return belay_epoch_own;
  belay_epoch_start();
  if (keeps_none || !has_key) return 0;
  struct belay_epoch_record *record = claim();
  if (pthread_setspecific(key, record) != 0) {
    thread_ends(record);
    return 0;
  }
  belay_epoch_own = record;
  return record;
}

struct belay_epoch_slot *belay_epoch_free_slot(void) {
  struct belay_epoch_record *record = own();
  if (record) {
    struct belay_epoch_slot *slot = unused_slot(record);
    if (slot) return slot;
  }
  // The thread is ending, or holds as many pins as a record has slots: one slot of a record that is nobody's. The slot is taken while the
  // record is ours, by an epoch that no reader has yet passed; from then on the record may be another's.
  record = claim();
  struct belay_epoch_slot *slot = unused_slot(record);
  __atomic_store_n(&slot->domain, 0, __ATOMIC_RELAXED);
  __atomic_store_n(&slot->epoch, 1, __ATOMIC_RELEASE);
  __atomic_store_n(&record->owner, 0, __ATOMIC_RELEASE);
  __atomic_fetch_add(&free_count, 1, __ATOMIC_RELEASE);
  return slot;
}

void belay_epoch_barrier(void) {
#if defined(__linux__)
  if (belay_epoch_is_asymmetric) {
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0) {
      fprintf(stderr, "Belay: the system refuses a memory barrier: %s\n", strerror(errno));
      abort();
    }
    return;
  }
#endif
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

uint64_t belay_epoch_oldest(const struct belay_epoch_domain *domain, uint64_t *owner) {
  uint64_t oldest = UINT64_MAX;
  *owner = 0;
  belay_epoch_barrier();
  struct belay_epoch_record *record = __atomic_load_n(&records, __ATOMIC_ACQUIRE);
  for (; record; record = record->next) {
    for (int index = 0; index < BELAY_EPOCH_SLOTS; index++) {
      struct belay_epoch_slot *slot = &record->slots[index];
      // The domain was written before the epoch. A domain of a later announcement is met only when the earlier one has ended.
      uint64_t epoch = __atomic_load_n(&slot->epoch, __ATOMIC_ACQUIRE);
      if (epoch == 0 || epoch >= oldest || __atomic_load_n(&slot->domain, __ATOMIC_ACQUIRE) != domain) continue;
      oldest = epoch;
      *owner = __atomic_load_n(&record->owner, __ATOMIC_RELAXED);
    }
  }
  return oldest;
}

uint64_t belay_epoch_thread_number(void) {
  struct belay_epoch_record *record = own();
  return record ? record->number : 0;
}

uint64_t belay_epoch_record_count(void) { return __atomic_load_n(&belay_epoch_records_made, __ATOMIC_RELAXED); }

void belay_epoch_wait(uint32_t *lock) {
  for (int turn = 1; __atomic_load_n(lock, __ATOMIC_RELAXED) != 0 || __atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE) != 0; turn++) {
    // The holder may wait for this processor.
    if (turn % 64 == 0) sched_yield();
  }
}

uint32_t belay_fault_plans;

void belay_fault_turn(uint32_t plans) { __atomic_store_n(&belay_fault_plans, plans, __ATOMIC_SEQ_CST); }

static uint64_t mixed(uint64_t word) {
  word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9;
  word = (word ^ (word >> 27)) * 0x94D049BB133111EB;
  return word ^ (word >> 31);
}

uint64_t belay_fault_draw(uint64_t plan, uint64_t seed, uint64_t *threads) {
  // Plans may be made within each other. A thread that meets more than these by turns begins one anew: its numbers are those of another thread then, and as good.
  static BELAY_EPOCH_THREAD struct { uint64_t plan, state; } known[8];
  static BELAY_EPOCH_THREAD unsigned latest;
  unsigned place = latest;
  for (unsigned count = 0; count < 8 && known[place].plan != plan; count++) place = (place + 1) % 8;
  if (known[place].plan != plan) {
    place = (latest + 1) % 8;
    known[place].plan = plan;
    known[place].state = mixed(seed + 0x9E3779B97F4A7C15 * (__atomic_fetch_add(threads, 1, __ATOMIC_RELAXED) + 1));
    latest = place;
  }
  known[place].state += 0x9E3779B97F4A7C15;
  return mixed(known[place].state);
}
