// The few instructions that Swift has no name for: a row of 16 bytes compared at once, prefetch, and relaxed atomic bytes.
// Everything is `static inline`, so that it becomes part of the specialised look-up; there is no call.
#ifndef BELAY_BUCKET_ROW_H
#define BELAY_BUCKET_ROW_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#define BELAY_ROW_INLINE static inline __attribute__((always_inline, unused))

// One bit for each lane of the row whose byte equals `tag`.
BELAY_ROW_INLINE uint32_t belay_row_match(const void *row, uint8_t tag) {
#if defined(__SSE2__)
  __m128i lanes = _mm_loadu_si128((const __m128i *)row);
  return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(lanes, _mm_set1_epi8((char)tag)));
#elif defined(__ARM_NEON)
  static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint8x16_t equal = vandq_u8(vceqq_u8(vld1q_u8((const uint8_t *)row), vdupq_n_u8(tag)), vld1q_u8(weights));
  return (uint32_t)vaddv_u8(vget_low_u8(equal)) | (uint32_t)vaddv_u8(vget_high_u8(equal)) << 8;
#else
  const uint8_t *lanes = (const uint8_t *)row;
  uint32_t bits = 0;
  for (int lane = 0; lane < 16; lane++) bits |= (uint32_t)(lanes[lane] == tag) << lane;
  return bits;
#endif
}

// One bit for each lane of the row whose byte is at most `limit`.
BELAY_ROW_INLINE uint32_t belay_row_match_at_most(const void *row, uint8_t limit) {
#if defined(__SSE2__)
  __m128i lanes = _mm_loadu_si128((const __m128i *)row);
  return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(lanes, _mm_set1_epi8((char)limit)), lanes));
#elif defined(__ARM_NEON)
  static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint8x16_t below = vandq_u8(vcleq_u8(vld1q_u8((const uint8_t *)row), vdupq_n_u8(limit)), vld1q_u8(weights));
  return (uint32_t)vaddv_u8(vget_low_u8(below)) | (uint32_t)vaddv_u8(vget_high_u8(below)) << 8;
#else
  const uint8_t *lanes = (const uint8_t *)row;
  uint32_t bits = 0;
  for (int lane = 0; lane < 16; lane++) bits |= (uint32_t)(lanes[lane] <= limit) << lane;
  return bits;
#endif
}

BELAY_ROW_INLINE void belay_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }
BELAY_ROW_INLINE void belay_prefetch_write(const void *address) { __builtin_prefetch(address, 1, 3); }

BELAY_ROW_INLINE uint8_t belay_load_relaxed_u8(const uint8_t *byte) { return __atomic_load_n(byte, __ATOMIC_RELAXED); }
BELAY_ROW_INLINE void belay_store_relaxed_u8(uint8_t *byte, uint8_t value) { __atomic_store_n(byte, value, __ATOMIC_RELAXED); }

// A lock of one byte. It is held for a few instructions only.
BELAY_ROW_INLINE void belay_lock_u8(uint8_t *lock) {
  while (__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE)) {
#if defined(__SSE2__)
    _mm_pause();
#endif
  }
}
BELAY_ROW_INLINE void belay_unlock_u8(uint8_t *lock) { __atomic_store_n(lock, 0, __ATOMIC_RELEASE); }

#endif
