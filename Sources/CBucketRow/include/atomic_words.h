// Words that several threads reach: pointers that are published with what they point at, and counters.
#ifndef BELAY_ATOMIC_WORDS_H
#define BELAY_ATOMIC_WORDS_H

#include <stdint.h>

#define BELAY_WORD_INLINE static inline __attribute__((always_inline, unused))

BELAY_WORD_INLINE uint64_t belay_word_acquire(const void *word) {
  return __atomic_load_n((const uint64_t *)word, __ATOMIC_ACQUIRE);
}
BELAY_WORD_INLINE uint64_t belay_word_relaxed(const void *word) {
  return __atomic_load_n((const uint64_t *)word, __ATOMIC_RELAXED);
}
BELAY_WORD_INLINE void belay_word_release(void *word, uint64_t value) {
  __atomic_store_n((uint64_t *)word, value, __ATOMIC_RELEASE);
}
BELAY_WORD_INLINE void belay_word_store(void *word, uint64_t value) {
  __atomic_store_n((uint64_t *)word, value, __ATOMIC_RELAXED);
}

#endif
