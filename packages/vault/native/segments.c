/*
 * Opens whole segments of a sealed model on the thread that calls: reads them into their final place, digests, compares,
 * decrypts where they lie (spec/sealed-model.md, "Tables" and "Payload"). What fails is zeroed; nothing is decrypted
 * whose digest doesn't fit.
 *
 * No C library: read is a system call made here, and OpenSSL's functions (3.0, of the process's own library) are reached
 * by the addresses in `struct functions`. Keys are only in the contexts that the caller lends. The layout of the two
 * structures is known to src/os/segments.ts, which fills them: 64-bit words in the machine's order.
 */
#include <stdint.h>

#include "sha256-pair.h"
#include "system.h"

/* OpenSSL's. EVP_DigestInit(3), EVP_EncryptInit(3), ERR_clear_error(3). */
struct functions {
  int (*digest_init)(void *context, const void *digest, void *engine);
  int (*digest_update)(void *context, const void *bytes, uint64_t length);
  int (*digest_final)(void *context, uint8_t *digest, unsigned *length);
  int (*cipher_init)(void *context, const void *cipher, void *engine, const uint8_t *key, const uint8_t *nonce);
  int (*cipher_control)(void *context, int type, int length, void *bytes);
  int (*cipher_update)(void *context, uint8_t *to, int *written, const uint8_t *from, int length);
  int (*cipher_final)(void *context, uint8_t *to, int *written);
  void (*clear_errors)(void);
};

/* Consecutive segments, shared by the threads that work on them: each takes the next that nobody has taken. */
struct job {
  const struct functions *functions;
  uint8_t *target;        /* count segments, one after another */
  const uint8_t *tags;    /* 16 bytes for each of them */
  const uint8_t *digests; /* 32 bytes for each of them */
  uint64_t first;         /* the index in the model of the first */
  uint64_t count;
  uint64_t segments;     /* of the model */
  uint64_t segment_size; /* at most 2^24 */
  uint64_t last_length;  /* of the last of them */
  uint64_t position;     /* in the file, of the first of them */
  uint64_t block;        /* bytes to read and digest before the next, so that they stay in the cache */
  uint64_t pairs;        /* 1: digest two segments at once where the processor can */
  int64_t descriptor;    /* of the file; negative: the target holds ciphertext already */
  uint64_t next;         /* among count; atomic */
  uint64_t fault;        /* the least of index among count * 4 + step; atomic; no_fault if there is none */
};

/* What a segment failed at; step_unread isn't told: its neighbour couldn't be read. */
enum step { step_read = 0, step_digest = 1, step_tag = 2, step_library = 3, step_unread = 4, done = 5 };

static const uint64_t no_fault = UINT64_MAX;

enum { tag_length = 16, digest_length = 32, set_tag = 0x11 /* EVP_CTRL_AEAD_SET_TAG */ };

/* lp("strongroom model segment"), before the index. */
static const uint8_t label[25] = "\x18strongroom model segment";
enum { prefix_length = sizeof label + 8, lead = 64 - prefix_length };

static const result interrupted = -4; /* EINTR */

static int read_whole(int64_t descriptor, uint8_t *to, uint64_t length, uint64_t position) {
  while (length > 0) {
    const result got = CALL4(__NR_pread64, descriptor, to, length, position);
    if (got == interrupted) continue;
    if (got <= 0) return 0;
    to += got;
    length -= (uint64_t)got;
    position += (uint64_t)got;
  }
  return 1;
}

/* Not to be left out by the compiler, nor made a call of a library's. */
static void zero(volatile uint8_t *bytes, uint64_t length) {
  for (uint64_t i = 0; i < length; i++) bytes[i] = 0;
}

/* Takes the same time wherever the first difference is. */
static int equal(const uint8_t *a, const uint8_t *b, uint64_t length) {
  uint8_t difference = 0;
  for (uint64_t i = 0; i < length; i++) difference |= a[i] ^ b[i];
  return difference == 0;
}

/* What comes before the ciphertext in a segment's digest: the label and the index. */
static void write_prefix(uint8_t prefix[prefix_length], uint64_t index) {
  for (uint64_t i = 0; i < sizeof label; i++) ((volatile uint8_t *)prefix)[i] = label[i];
  for (int i = 0; i < 8; i++) prefix[sizeof label + i] = (uint8_t)(index >> (8 * i));
}

static int cipher_begin(const struct functions *call, void *cipher, uint64_t index, int is_last) {
  uint8_t nonce[12] = {0};
  for (int i = 0; i < 8; i++) nonce[10 - i] = (uint8_t)(index >> (8 * i));
  nonce[11] = (uint8_t)is_last;
  return call->cipher_init(cipher, 0, 0, 0, nonce) == 1;
}

static uint8_t *segment_at(const struct job *job, uint64_t i) { return job->target + i * job->segment_size; }

static uint64_t length_of(const struct job *job, uint64_t i) {
  return i == job->count - 1 ? job->last_length : job->segment_size;
}

static int read_block(const struct job *job, uint64_t i, uint64_t at, uint64_t size) {
  return job->descriptor < 0 ||
         read_whole(job->descriptor, segment_at(job, i) + at, size, job->position + i * job->segment_size + at);
}

static uint64_t block_from(const struct job *job, uint64_t at, uint64_t length) {
  return length - at < job->block ? length - at : job->block;
}

static int compare_digest(const struct job *job, uint64_t i, const uint8_t found[digest_length]) {
  return equal(found, job->digests + i * digest_length, digest_length) ? done : step_digest;
}

/* Reads a segment and compares its digest; without `digest`, only reads it. */
static int read_segment(const struct job *job, uint64_t i, void *digest) {
  const struct functions *call = job->functions;
  const uint64_t length = length_of(job, i);
  uint8_t prefix[prefix_length], found[digest_length];

  write_prefix(prefix, job->first + i);
  if (digest) {
    if (call->digest_init(digest, 0, 0) != 1) return step_library;
    if (call->digest_update(digest, prefix, prefix_length) != 1) return step_library;
  }
  for (uint64_t at = 0, size; at < length; at += size) {
    size = block_from(job, at, length);
    if (!read_block(job, i, at, size)) return step_read;
    if (digest && call->digest_update(digest, segment_at(job, i) + at, size) != 1) return step_library;
  }
  if (!digest) return done;
  if (call->digest_update(digest, job->tags + i * tag_length, tag_length) != 1) return step_library;
  if (call->digest_final(digest, found, 0) != 1) return step_library;
  return compare_digest(job, i, found);
}

/* The last bytes of a segment, its tag and SHA-256's padding; gives how many blocks they are. */
static uint64_t write_end(uint8_t end[3 * 64], const uint8_t *rest, uint64_t rest_length, const uint8_t *tag,
                          uint64_t message_length) {
  const uint64_t blocks = (rest_length + tag_length + 9 + 63) / 64;
  const uint64_t bits = 8 * message_length;
  volatile uint8_t *to = end;
  for (uint64_t i = 0; i < 64 * blocks; i++) to[i] = 0;
  for (uint64_t i = 0; i < rest_length; i++) to[i] = rest[i];
  for (uint64_t i = 0; i < tag_length; i++) to[rest_length + i] = tag[i];
  to[rest_length + tag_length] = 0x80;
  for (int i = 0; i < 8; i++) to[64 * blocks - 1 - i] = (uint8_t)(bits >> (8 * i));
  return blocks;
}

/*
 * Reads segments i and i + 1, both whole, of at least two blocks of SHA-256, and compares their digests, made both at
 * once. The prefix leaves room for the first `lead` bytes in a digest's first block.
 */
static void read_pair(const struct job *job, uint64_t i, int status[2]) {
  const uint64_t length = job->segment_size;
  const uint8_t *segment[2] = {segment_at(job, i), segment_at(job, i + 1)};
  struct sha256 state[2];
  uint8_t first[2][64], end[2][3 * 64], found[digest_length];
  uint64_t digested = 0, blocks = 0;

  for (uint64_t at = 0, size; at < length; at += size) {
    size = block_from(job, at, length);
    for (int j = 0; j < 2; j++) {
      if (!read_block(job, i + j, at, size)) {
        status[0] = j == 0 ? step_read : step_unread;
        status[1] = j == 0 ? step_unread : step_read;
        return;
      }
    }
    if (at == 0) {
      for (int j = 0; j < 2; j++) {
        write_prefix(first[j], job->first + i + j);
        for (uint64_t k = 0; k < lead; k++) ((volatile uint8_t *)first[j])[prefix_length + k] = segment[j][k];
        sha256_begin(&state[j]);
      }
      sha256_pair(&state[0], &state[1], first[0], first[1], 1);
      digested = lead;
    }
    blocks = (at + size - digested) / 64;
    sha256_pair(&state[0], &state[1], segment[0] + digested, segment[1] + digested, blocks);
    digested += 64 * blocks;
  }
  for (int j = 0; j < 2; j++) {
    const uint8_t *tag = job->tags + (i + j) * tag_length;
    blocks = write_end(end[j], segment[j] + digested, length - digested, tag, prefix_length + length + tag_length);
  }
  sha256_pair(&state[0], &state[1], end[0], end[1], blocks);
  for (int j = 0; j < 2; j++) {
    sha256_end(&state[j], found);
    status[j] = compare_digest(job, i + j, found);
  }
}

/* Decrypts a segment where it lies and compares its tag. */
static int decrypt(const struct job *job, uint64_t i, void *cipher) {
  const struct functions *call = job->functions;
  const uint64_t index = job->first + i;
  const uint64_t length = length_of(job, i);
  uint8_t *segment = segment_at(job, i);
  uint8_t room[16];
  int written;

  if (!cipher_begin(call, cipher, index, index == job->segments - 1)) return step_library;
  if (call->cipher_update(cipher, segment, &written, segment, (int)length) != 1) return step_library;
  if (call->cipher_control(cipher, set_tag, tag_length, (void *)(job->tags + i * tag_length)) != 1) return step_library;
  return call->cipher_final(cipher, room, &written) == 1 ? done : step_tag;
}

static void note_fault(struct job *job, uint64_t fault) {
  uint64_t least = __atomic_load_n(&job->fault, __ATOMIC_ACQUIRE);
  while (fault < least &&
         !__atomic_compare_exchange_n(&job->fault, &least, fault, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
  }
}

/* Finishes a segment that was read with `status`: 1 when it is open, else it is zeroed and noted. */
static int finish(struct job *job, uint64_t i, int status, void *cipher) {
  if (status == done) status = decrypt(job, i, cipher);
  if (status == done) return 1;
  zero(segment_at(job, i), length_of(job, i));
  job->functions->clear_errors();
  if (status != step_unread) note_fault(job, i * 4 + (uint64_t)status);
  return 0;
}

/* Asked of the processor once: in a virtual machine that takes long. */
static int can_pair(void) {
  static int known; /* 0: not yet */
  int answer = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (answer == 0) {
    answer = sha256_pair_here() ? 1 : -1;
    __atomic_store_n(&known, answer, __ATOMIC_RELAXED);
  }
  return answer > 0;
}

/*
 * Opens the next segments of `job`, about `most` (from 1): one more where two are digested at once. `cipher` has its key,
 * `digest` its algorithm, and no other thread uses either meanwhile. Without a digest (0) none is compared: to measure
 * what digests cost, and for nothing else. Gives how many it opened: fewer than `most` when there are no more, or one has
 * failed, here or on another thread. Segments are taken in order and every one below a fault is finished, so the fault
 * that is left is that of the lowest index.
 */
__attribute__((visibility("default"))) uint64_t strongroom_open_segments(struct job *job, void *cipher, void *digest,
                                                                         uint64_t most) {
  const uint64_t width = digest && job->pairs && job->segment_size >= 128 && can_pair() ? 2 : 1;
  uint64_t opened = 0;
  while (opened < most && __atomic_load_n(&job->fault, __ATOMIC_ACQUIRE) == no_fault) {
    const uint64_t i = __atomic_fetch_add(&job->next, width, __ATOMIC_ACQ_REL);
    if (i >= job->count) break;
    if (width == 2 && i + 1 < job->count && length_of(job, i + 1) == job->segment_size) {
      int status[2];
      read_pair(job, i, status);
      const int first = finish(job, i, status[0], cipher);
      const int second = finish(job, i + 1, status[1], cipher);
      opened += (uint64_t)(first + second);
      if (!first || !second) break;
      continue;
    }
    for (uint64_t j = i; j < i + width && j < job->count; j++) {
      if (!finish(job, j, read_segment(job, j, digest), cipher)) return opened;
      opened++;
    }
  }
  return opened;
}
