/*
 * Opens whole segments of a sealed model on the thread that calls: reads them into their final place, digests, compares,
 * decrypts where they lie (spec/sealed-model.md, "Tables" and "Payload"). What fails is zeroed.
 *
 * No C library: read is a system call made here, and OpenSSL's functions (3.0, of the process's own library) are reached
 * by the addresses in `struct functions`. Keys are only in the contexts that the caller lends. The layout of the two
 * structures is known to src/os/segments.ts, which fills them: 64-bit words in the machine's order.
 */
#include <stdint.h>

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
  uint64_t block;        /* bytes to read, digest and decrypt before the next, so that they stay in the cache */
  int64_t descriptor;    /* of the file; negative: the target holds ciphertext already */
  uint64_t next;         /* among count; atomic */
  uint64_t fault;        /* the least of index among count * 4 + step; atomic; no_fault if there is none */
};

enum step { step_read = 0, step_digest = 1, step_tag = 2, step_library = 3 };

static const uint64_t no_fault = UINT64_MAX;

enum { tag_length = 16, digest_length = 32, set_tag = 0x11 /* EVP_CTRL_AEAD_SET_TAG */ };

/* lp("strongroom model segment"), before the index. */
static const uint8_t label[25] = "\x18strongroom model segment";

#if defined(__x86_64__)
enum { number_pread64 = 17 };
static int64_t pread64(int64_t descriptor, uint8_t *to, uint64_t length, uint64_t position) {
  int64_t result;
  register uint64_t fourth __asm__("r10") = position;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "0"((int64_t)number_pread64), "D"(descriptor), "S"(to), "d"(length), "r"(fourth)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
enum { number_pread64 = 67 };
static int64_t pread64(int64_t descriptor, uint8_t *to, uint64_t length, uint64_t position) {
  register int64_t number __asm__("x8") = number_pread64;
  register int64_t first __asm__("x0") = descriptor;
  register uint8_t *second __asm__("x1") = to;
  register uint64_t third __asm__("x2") = length;
  register uint64_t fourth __asm__("x3") = position;
  __asm__ volatile("svc 0" : "+r"(first) : "r"(number), "r"(second), "r"(third), "r"(fourth) : "memory");
  return first;
}
#else
#error "Say here how this architecture makes a system call."
#endif

static const int64_t interrupted = -4; /* EINTR */

static int read_whole(int64_t descriptor, uint8_t *to, uint64_t length, uint64_t position) {
  while (length > 0) {
    int64_t got = pread64(descriptor, to, length, position);
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

static int digest_begin(const struct functions *call, void *digest, uint64_t index) {
  uint8_t prefix[sizeof label + 8];
  for (uint64_t i = 0; i < sizeof label; i++) ((volatile uint8_t *)prefix)[i] = label[i];
  for (int i = 0; i < 8; i++) prefix[sizeof label + i] = (uint8_t)(index >> (8 * i));
  return call->digest_init(digest, 0, 0) == 1 && call->digest_update(digest, prefix, sizeof prefix) == 1;
}

static int cipher_begin(const struct functions *call, void *cipher, uint64_t index, int is_last) {
  uint8_t nonce[12] = {0};
  for (int i = 0; i < 8; i++) nonce[10 - i] = (uint8_t)(index >> (8 * i));
  nonce[11] = (uint8_t)is_last;
  return call->cipher_init(cipher, 0, 0, 0, nonce) == 1;
}

/*
 * Gives 0, or -1 - step for what failed. A block is decrypted once it is in the digest and before the digest is compared:
 * nobody looks at the target before this returns, and it is zeroed unless both digest and tag fit.
 */
static int open_segment(const struct job *job, uint64_t i, void *cipher, void *digest) {
  const struct functions *call = job->functions;
  const uint64_t length = i == job->count - 1 ? job->last_length : job->segment_size;
  const uint64_t index = job->first + i;
  const uint8_t *tag = job->tags + i * tag_length;
  uint8_t *segment = job->target + i * job->segment_size;
  uint8_t found[digest_length];
  uint8_t room[16];
  int written;

  if (digest && !digest_begin(call, digest, index)) return -1 - step_library;
  if (!cipher_begin(call, cipher, index, index == job->segments - 1)) return -1 - step_library;
  for (uint64_t at = 0; at < length; at += job->block) {
    const uint64_t rest = length - at;
    const uint64_t size = rest < job->block ? rest : job->block;
    if (job->descriptor >= 0 &&
        !read_whole(job->descriptor, segment + at, size, job->position + i * job->segment_size + at)) {
      return -1 - step_read;
    }
    if (digest && call->digest_update(digest, segment + at, size) != 1) return -1 - step_library;
    if (call->cipher_update(cipher, segment + at, &written, segment + at, (int)size) != 1) return -1 - step_library;
  }
  if (digest) {
    if (call->digest_update(digest, tag, tag_length) != 1) return -1 - step_library;
    if (call->digest_final(digest, found, 0) != 1) return -1 - step_library;
    if (!equal(found, job->digests + i * digest_length, digest_length)) return -1 - step_digest;
  }
  if (call->cipher_control(cipher, set_tag, tag_length, (void *)tag) != 1) return -1 - step_library;
  if (call->cipher_final(cipher, room, &written) != 1) return -1 - step_tag;
  return 0;
}

static void note_fault(struct job *job, uint64_t fault) {
  uint64_t least = __atomic_load_n(&job->fault, __ATOMIC_ACQUIRE);
  while (fault < least &&
         !__atomic_compare_exchange_n(&job->fault, &least, fault, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
  }
}

/*
 * Opens the next segments of `job`, at most `most`. `cipher` has its key, `digest` its algorithm, and no other thread
 * uses either meanwhile. Without a digest (0) none is compared: to measure what digests cost, and for nothing else. Gives how many it opened: fewer than `most`, when there are no more, or one has failed, here or
 * on another thread. Segments are taken in order and each that is taken is finished, so the fault that is left is that of
 * the lowest index.
 */
__attribute__((visibility("default"))) uint64_t strongroom_open_segments(struct job *job, void *cipher, void *digest,
                                                                         uint64_t most) {
  uint64_t opened = 0;
  while (opened < most && __atomic_load_n(&job->fault, __ATOMIC_ACQUIRE) == no_fault) {
    const uint64_t i = __atomic_fetch_add(&job->next, 1, __ATOMIC_ACQ_REL);
    if (i >= job->count) break;
    const int status = open_segment(job, i, cipher, digest);
    if (status < 0) {
      zero(job->target + i * job->segment_size, i == job->count - 1 ? job->last_length : job->segment_size);
      job->functions->clear_errors();
      note_fault(job, i * 4 + (uint64_t)(-1 - status));
      break;
    }
    opened++;
  }
  return opened;
}
