/*
 * SHA-256 (FIPS 180-4) of two messages at once, for processors with Intel's SHA extensions. Each of their round
 * instructions waits for the one before; those of a second message fill the time, so that two digests take little longer
 * than one by OpenSSL. What is digested here is ciphertext: nothing has to be hidden.
 */
#ifndef STRONGROOM_SHA256_PAIR_H
#define STRONGROOM_SHA256_PAIR_H
#include <stdint.h>

/* Of one message, between blocks. In the order in which the round instruction wants it. */
struct sha256 {
  uint32_t words[8];
};

/* Whether this processor can. The other functions may be called only then. */
int sha256_pair_here(void);

void sha256_begin(struct sha256 *state);

/* `blocks` times 64 bytes of both. */
void sha256_pair(struct sha256 *a, struct sha256 *b, const uint8_t *bytes_a, const uint8_t *bytes_b, uint64_t blocks);

/* 32 bytes, after the last block, which the caller has padded. */
void sha256_end(const struct sha256 *state, uint8_t *digest);

#endif
