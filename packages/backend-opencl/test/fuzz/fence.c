/* Puts what a driver allocates for buffers (PoCL: posix_memalign at 128 bytes) at the end of pages behind which there is
   nothing for gigabytes, nor before them: what a kernel reads or writes outside of a buffer ends the process, where it
   would else go unseen. To be preloaded. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

enum { slots = 2048, page = 4096 };
static const size_t slot_size = (size_t)8 << 30, largest = (size_t)4 << 30;
static _Atomic(char *) region;
static atomic_int taken[slots];
static size_t lengths[slots];

static char *reserved(void) {
  char *known = atomic_load(&region);
  if (known != NULL) return known;
  char *made = mmap(NULL, slots * slot_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (made == MAP_FAILED) return NULL;
  if (atomic_compare_exchange_strong(&region, &known, made)) return made;
  munmap(made, slots * slot_size);
  return known;
}

int posix_memalign(void **out, size_t alignment, size_t size) {
  char *base = alignment == 128 && size > 0 && size <= largest ? reserved() : NULL;
  for (int slot = 0; base != NULL && slot < slots; slot++) {
    int free = 0;
    if (!atomic_compare_exchange_strong(&taken[slot], &free, 1)) continue;
    size_t length = (size + page - 1) / page * page;
    char *begin = base + slot * slot_size + slot_size / 2 - largest / 2;
    if (mmap(begin, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) ==
        MAP_FAILED)
      return ENOMEM;
    lengths[slot] = length;
    *out = (void *)((uintptr_t)(begin + length - size) & ~(uintptr_t)63);
    return 0;
  }
  *out = __libc_memalign(alignment, size);
  return *out == NULL ? ENOMEM : 0;
}

void free(void *memory) {
  char *base = atomic_load(&region);
  if (base == NULL || (char *)memory < base || (char *)memory >= base + slots * slot_size) {
    __libc_free(memory);
    return;
  }
  int slot = (int)(((char *)memory - base) / slot_size);
  char *begin = base + slot * slot_size + slot_size / 2 - largest / 2;
  mmap(begin, lengths[slot], PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
  atomic_store(&taken[slot], 0);
}
