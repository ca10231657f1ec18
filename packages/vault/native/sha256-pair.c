#include "sha256-pair.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))

/* FIPS 180-4, 4.2.2. */
static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* SHA: CPUID 7, EBX bit 29; SSSE3 and SSE4.1: CPUID 1, ECX bits 9 and 19. */
int sha256_pair_here(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & (1u << 9)) || !(c & (1u << 19))) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 29));
}

/* 5.3.3, as F E B A and H G D C. */
void sha256_begin(struct sha256 *state) {
  state->words[0] = 0x9b05688c;
  state->words[1] = 0x510e527f;
  state->words[2] = 0xbb67ae85;
  state->words[3] = 0x6a09e667;
  state->words[4] = 0x5be0cd19;
  state->words[5] = 0x1f83d9ab;
  state->words[6] = 0xa54ff53a;
  state->words[7] = 0x3c6ef372;
}

void sha256_end(const struct sha256 *state, uint8_t *digest) {
  static const uint8_t order[8] = {3, 2, 7, 6, 1, 0, 5, 4};
  for (int i = 0; i < 8; i++) {
    const uint32_t word = state->words[order[i]];
    for (int j = 0; j < 4; j++) digest[4 * i + j] = (uint8_t)(word >> (24 - 8 * j));
  }
}

/* Four rounds of one message; w0 are its four words. */
#define ROUNDS(low, high, w0, k)                                                   \
  do {                                                                             \
    __m128i sum = _mm_add_epi32(w0, k);                                            \
    high = _mm_sha256rnds2_epu32(high, low, sum);                                  \
    low = _mm_sha256rnds2_epu32(low, high, _mm_shuffle_epi32(sum, 0x0e));          \
  } while (0)

/* The four words that come 16 after w0. */
#define SCHEDULE(w0, w1, w2, w3) \
  w0 = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4)), w3)

/* Four rounds of both messages, and their next words. */
#define STEP(i, j, k, l, at)                                                         \
  do {                                                                               \
    const __m128i constant = _mm_load_si128((const __m128i *)(constants + 4 * (at))); \
    ROUNDS(a_low, a_high, a[i], constant);                                           \
    ROUNDS(b_low, b_high, b[i], constant);                                           \
    if ((at) < 12) {                                                                 \
      SCHEDULE(a[i], a[j], a[k], a[l]);                                              \
      SCHEDULE(b[i], b[j], b[k], b[l]);                                              \
    }                                                                                \
  } while (0)

#define FOUR_STEPS(at)         \
  do {                         \
    STEP(0, 1, 2, 3, (at));     \
    STEP(1, 2, 3, 0, (at) + 1); \
    STEP(2, 3, 0, 1, (at) + 2); \
    STEP(3, 0, 1, 2, (at) + 3); \
  } while (0)

WITH_SHA void sha256_pair(struct sha256 *state_a, struct sha256 *state_b, const uint8_t *bytes_a,
                          const uint8_t *bytes_b, uint64_t blocks) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i a_low = _mm_loadu_si128((const __m128i *)state_a->words);
  __m128i a_high = _mm_loadu_si128((const __m128i *)(state_a->words + 4));
  __m128i b_low = _mm_loadu_si128((const __m128i *)state_b->words);
  __m128i b_high = _mm_loadu_si128((const __m128i *)(state_b->words + 4));
  for (; blocks > 0; blocks--, bytes_a += 64, bytes_b += 64) {
    const __m128i a_low_before = a_low, a_high_before = a_high, b_low_before = b_low, b_high_before = b_high;
    __m128i a[4], b[4];
    for (int i = 0; i < 4; i++) {
      a[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(bytes_a + 16 * i)), big_endian);
      b[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(bytes_b + 16 * i)), big_endian);
    }
    FOUR_STEPS(0);
    FOUR_STEPS(4);
    FOUR_STEPS(8);
    FOUR_STEPS(12);
    a_low = _mm_add_epi32(a_low, a_low_before);
    a_high = _mm_add_epi32(a_high, a_high_before);
    b_low = _mm_add_epi32(b_low, b_low_before);
    b_high = _mm_add_epi32(b_high, b_high_before);
  }
  _mm_storeu_si128((__m128i *)state_a->words, a_low);
  _mm_storeu_si128((__m128i *)(state_a->words + 4), a_high);
  _mm_storeu_si128((__m128i *)state_b->words, b_low);
  _mm_storeu_si128((__m128i *)(state_b->words + 4), b_high);
}

#else

int sha256_pair_here(void) { return 0; }
void sha256_begin(struct sha256 *state) { (void)state; }
void sha256_pair(struct sha256 *a, struct sha256 *b, const uint8_t *bytes_a, const uint8_t *bytes_b, uint64_t blocks) {
  (void)a, (void)b, (void)bytes_a, (void)bytes_b, (void)blocks;
}
void sha256_end(const struct sha256 *state, uint8_t *digest) { (void)state, (void)digest; }

#endif
