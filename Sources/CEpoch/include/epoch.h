// What epochs need from C: storage for each thread, a barrier that only the reclaiming side pays for, and atomic words.
//
// A reader announces itself in a slot of a record that its thread owns; no other thread writes that line. A slot says which domain the
// reader is in and the epoch that it met there. Records are found through a list, are never freed, and pass on to other threads when
// their thread ends. So there is no limit on threads, and a domain costs nothing for each thread.
//
// Readers announce with a plain store; the reclaiming side makes every running thread of the process pass a full barrier (membarrier)
// before it looks at the slots. Where the system has no such call, readers pay for a full barrier themselves.
#ifndef BELAY_EPOCH_H
#define BELAY_EPOCH_H

#include <stdint.h>

#define BELAY_EPOCH_INLINE static inline __attribute__((always_inline, unused))
#if defined(__linux__)
#define BELAY_EPOCH_THREAD _Thread_local __attribute__((tls_model("initial-exec")))
#else
#define BELAY_EPOCH_THREAD _Thread_local
#endif

// A domain: the number of the epoch. It lies on lines of its own, as all readers read it and only the reclaiming side writes it.
struct belay_epoch_domain {
  uint64_t epoch;
};

// An announcement. The epoch is zero while the slot is free.
struct belay_epoch_slot {
  uint64_t epoch;
  const struct belay_epoch_domain *domain;
};

#define BELAY_EPOCH_SLOTS 6

// Lies on lines of its own: 128 bytes, at a multiple of 128.
struct belay_epoch_record {
  struct belay_epoch_slot slots[BELAY_EPOCH_SLOTS];
  // The thread that takes slots of this record; zero for none. Slots in use outlast that.
  uint64_t owner;
  // The record that was made before this one.
  struct belay_epoch_record *next;
  // How many records were made before this one.
  uint64_t number;
  uint64_t unused;
};

// The calling thread's record; one whose slots are all in use for a thread that has none.
extern BELAY_EPOCH_THREAD struct belay_epoch_record *belay_epoch_own;
// Whether the reclaiming side pays for the barrier. Set before the first domain is made.
extern int belay_epoch_is_asymmetric;

// Whether each side of a handshake needs a fence of its own, because the process has no barrier.
BELAY_EPOCH_INLINE int belay_epoch_needs_fences(void) { return !belay_epoch_is_asymmetric; }

// Must have returned before the first domain is used.
void belay_epoch_start(void);
struct belay_epoch_slot *belay_epoch_free_slot(void);
void belay_epoch_barrier(void);
// The least epoch that a reader of the domain has announced, and whose it is; UINT64_MAX when there is none.
uint64_t belay_epoch_oldest(const struct belay_epoch_domain *domain, uint64_t *owner);
// A small number that no other living thread shares, as far as the thread keeps a record; zero while it ends.
uint64_t belay_epoch_thread_number(void);
// The numbers of threads that ran at the same time are less than this.
uint64_t belay_epoch_record_count(void);

BELAY_EPOCH_INLINE struct belay_epoch_slot *belay_epoch_enter(const struct belay_epoch_domain *domain) {
  struct belay_epoch_slot *slot = &belay_epoch_own->slots[0];
  if (__builtin_expect(__atomic_load_n(&slot->epoch, __ATOMIC_RELAXED) != 0, 0)) slot = belay_epoch_free_slot();
  uint64_t epoch = __atomic_load_n(&domain->epoch, __ATOMIC_ACQUIRE);
  // Release, so that whoever meets this domain here knows that the announcement before has ended.
  __atomic_store_n(&slot->domain, domain, __ATOMIC_RELEASE);
  if (__builtin_expect(belay_epoch_is_asymmetric, 1)) {
    __atomic_store_n(&slot->epoch, epoch, __ATOMIC_RELEASE);
    // The barrier of the reclaiming side orders the processor; this orders the compiler.
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
  } else {
    __atomic_exchange_n(&slot->epoch, epoch, __ATOMIC_SEQ_CST);
  }
  return slot;
}

BELAY_EPOCH_INLINE void belay_epoch_leave(struct belay_epoch_slot *slot) {
  __atomic_store_n(&slot->epoch, 0, __ATOMIC_RELEASE);
}

BELAY_EPOCH_INLINE uint64_t belay_epoch_current(const struct belay_epoch_domain *domain) {
  return __atomic_load_n(&domain->epoch, __ATOMIC_ACQUIRE);
}

// Begins the next epoch and returns the one before.
BELAY_EPOCH_INLINE uint64_t belay_epoch_advance(struct belay_epoch_domain *domain) {
  return __atomic_fetch_add(&domain->epoch, 1, __ATOMIC_ACQ_REL);
}

BELAY_EPOCH_INLINE uint32_t belay_epoch_load(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }
BELAY_EPOCH_INLINE void belay_epoch_store(uint32_t *word, uint32_t value) { __atomic_store_n(word, value, __ATOMIC_RELAXED); }
// Words of eight bytes that one thread publishes and others look at.
BELAY_EPOCH_INLINE uint64_t belay_epoch_acquire(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
BELAY_EPOCH_INLINE void belay_epoch_release(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }
BELAY_EPOCH_INLINE uint64_t belay_epoch_set(uint64_t *word, uint64_t bits) { return __atomic_fetch_or(word, bits, __ATOMIC_ACQ_REL); }
BELAY_EPOCH_INLINE uint64_t belay_epoch_clear(uint64_t *word, uint64_t bits) { return __atomic_fetch_and(word, ~bits, __ATOMIC_ACQ_REL); }
// How many records there are.
extern uint64_t belay_epoch_records_made;

// Whether no thread but the calling one has ever announced anything, and this one announces nothing now. What was hidden by a sequentially consistent
// operation before can then be ended at once: a thread that announces itself for the first time passes a full barrier before it looks.
BELAY_EPOCH_INLINE int belay_epoch_is_alone(void) {
  uint64_t made = __atomic_load_n(&belay_epoch_records_made, __ATOMIC_SEQ_CST);
  struct belay_epoch_record *own = belay_epoch_own;
  if (made > 1 || (made == 1 && __atomic_load_n(&own->owner, __ATOMIC_RELAXED) == 0)) return 0;
  if (made == 0) return 1;
  uint64_t epochs = 0;
  for (int index = 0; index < BELAY_EPOCH_SLOTS; index++)
    epochs |= __atomic_load_n(&own->slots[index].epoch, __ATOMIC_RELAXED);
  return epochs == 0;
}

// A lock of one word that is held for a few instructions.
void belay_epoch_wait(uint32_t *lock);
BELAY_EPOCH_INLINE void belay_epoch_lock(uint32_t *lock) {
  if (__builtin_expect(__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE) != 0, 0)) belay_epoch_wait(lock);
}
BELAY_EPOCH_INLINE void belay_epoch_unlock(uint32_t *lock) { __atomic_store_n(lock, 0, __ATOMIC_RELEASE); }

// Whether the calling thread is running the ends of retired memory.
extern BELAY_EPOCH_THREAD int belay_epoch_is_ending;
BELAY_EPOCH_INLINE int belay_epoch_begin_ends(void) {
  if (belay_epoch_is_ending) return 0;
  belay_epoch_is_ending = 1;
  return 1;
}
BELAY_EPOCH_INLINE void belay_epoch_end_ends(void) { belay_epoch_is_ending = 0; }

// How many fault plans are active; see `FaultPlan`.
extern uint32_t belay_fault_plans;
BELAY_EPOCH_INLINE int belay_fault_is_on(void) {
  return __builtin_expect(__atomic_load_n(&belay_fault_plans, __ATOMIC_RELAXED) != 0, 0);
}
void belay_fault_turn(uint32_t plans);
// The next random number of the calling thread in a plan, which counts its threads.
uint64_t belay_fault_draw(uint64_t plan, uint64_t seed, uint64_t *threads);

#endif
