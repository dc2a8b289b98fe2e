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

// One bit for each lane of the row whose byte is the top byte of `hash`, raised to `least`. The byte is spread and raised within a vector: a
// look-up needs no scalar form of it.
BELAY_ROW_INLINE uint32_t belay_row_match_hash(const void *row, uint64_t hash, uint8_t least) {
#if defined(__SSE2__) && defined(__x86_64__)
  __m128i tag = _mm_cvtsi64_si128((long long)hash);
  tag = _mm_shufflehi_epi16(_mm_unpacklo_epi8(tag, tag), 0xFF);
  tag = _mm_max_epu8(_mm_unpackhi_epi64(tag, tag), _mm_set1_epi8((char)least));
  __m128i lanes = _mm_loadu_si128((const __m128i *)row);
  return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(lanes, tag));
#else
  uint8_t tag = (uint8_t)(hash >> 56);
  return belay_row_match(row, tag < least ? least : tag);
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

// One bit for each lane that stands for a slot and holds at least `least`, of four rows side by side: sixteen bits for each row, the
// last of them clear. All bits are set when one of the rows has an overflow filter.
BELAY_ROW_INLINE uint64_t belay_rows_occupied(const void *rows, uint8_t least) {
  const uint8_t *row = (const uint8_t *)rows;
  if (row[15] | row[31] | row[47] | row[63]) return ~(uint64_t)0;
  uint64_t bits = 0;
  for (int index = 0; index < 4; index++) {
    uint64_t empty = belay_row_match_at_most(row + 16 * index, (uint8_t)(least - 1));
    bits |= (~empty & 0x7FFF) << (16 * index);
  }
  return bits;
}

// Takes the entry of a lane out of a row that has no overflow bucket: the lane becomes empty, and "empty to the end" (0) begins behind the
// last entry. Lane 15 is left alone. Without branches: which lanes are in use is as good as random.
BELAY_ROW_INLINE void belay_row_vacate(void *row, unsigned lane, uint8_t empty, uint8_t least) {
#if defined(__SSE2__)
  static const uint8_t one[32] = {[16] = 0xFF};
  static const uint8_t below[32] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  __m128i lanes = _mm_loadu_si128((const __m128i *)row);
  __m128i here = _mm_loadu_si128((const __m128i *)(one + 16 - lane));
  lanes = _mm_or_si128(_mm_andnot_si128(here, lanes), _mm_and_si128(here, _mm_set1_epi8((char)empty)));
  __m128i used = _mm_cmpeq_epi8(_mm_max_epu8(lanes, _mm_set1_epi8((char)least)), lanes);
  unsigned bits = (unsigned)_mm_movemask_epi8(used) & 0x7FFF;
  unsigned end = 31 - (unsigned)__builtin_clz(bits * 2 + 1);
  __m128i keep = _mm_loadu_si128((const __m128i *)(below + 16 - end));
  keep = _mm_or_si128(keep, _mm_loadu_si128((const __m128i *)(one + 1)));
  _mm_storeu_si128((__m128i *)row, _mm_and_si128(lanes, keep));
#else
  uint8_t *lanes = (uint8_t *)row;
  lanes[lane] = empty;
  for (int last = 14; last >= 0 && lanes[last] < least; last--) lanes[last] = 0;
#endif
}

// Marks the row of a bucket whose entries have moved: `low` or, for the lanes of `high`, `low + 1` where there was an entry, `empty` elsewhere.
// Lane 15 becomes zero.
BELAY_ROW_INLINE void belay_row_mark_moved(void *row, uint32_t high, uint8_t least, uint8_t low, uint8_t empty) {
#if defined(__SSE2__)
  __m128i lanes = _mm_loadu_si128((const __m128i *)row);
  __m128i used = _mm_cmpeq_epi8(_mm_max_epu8(lanes, _mm_set1_epi8((char)least)), lanes);
  const __m128i bits = _mm_set_epi8(-128, 64, 32, 16, 8, 4, 2, 1, -128, 64, 32, 16, 8, 4, 2, 1);
  __m128i spread = _mm_cvtsi32_si128((int)high);
  spread = _mm_unpacklo_epi8(spread, spread);
  spread = _mm_shuffle_epi32(_mm_shufflelo_epi16(spread, 0x50), 0x50);
  __m128i isHigh = _mm_cmpeq_epi8(_mm_and_si128(spread, bits), bits);
  __m128i marks = _mm_sub_epi8(_mm_set1_epi8((char)low), isHigh);
  marks = _mm_or_si128(_mm_and_si128(used, marks), _mm_andnot_si128(used, _mm_set1_epi8((char)empty)));
  _mm_storeu_si128((__m128i *)row, _mm_srli_si128(_mm_slli_si128(marks, 1), 1));
#else
  uint8_t *lanes = (uint8_t *)row;
  for (int lane = 0; lane < 15; lane++)
    lanes[lane] = lanes[lane] < least ? empty : (uint8_t)(low + (high >> lane & 1));
  lanes[15] = 0;
#endif
}

BELAY_ROW_INLINE void belay_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }
BELAY_ROW_INLINE void belay_prefetch_write(const void *address) { __builtin_prefetch(address, 1, 3); }

BELAY_ROW_INLINE uint8_t belay_load_relaxed_u8(const uint8_t *byte) { return __atomic_load_n(byte, __ATOMIC_RELAXED); }
BELAY_ROW_INLINE void belay_store_relaxed_u8(uint8_t *byte, uint8_t value) { __atomic_store_n(byte, value, __ATOMIC_RELAXED); }

BELAY_ROW_INLINE uint64_t belay_load_relaxed_u64(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }
BELAY_ROW_INLINE void belay_store_relaxed_u64(uint64_t *word, uint64_t value) {
  __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

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
