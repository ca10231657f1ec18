/*
 * Programs that an engine starts, without execve(2). A program that is started inside a user namespace is open to every
 * process of the user who made it, whatever it is told (mm->user_ns in the kernel's fs/exec.c): through its /proc/PID/cwd
 * the private directory would be, and with it, since PoCL loads what its linker has written, the vault. A fork isn't: its
 * memory stays the parent namespace's, and not dumpable. So the program is mapped into a fork, as the kernel would have
 * mapped it, and no exec is allowed at all.
 *
 * posix_spawn(3) stands before the C library's, since this object is preloaded: LLVM starts programs by it. Only what
 * the backend declares is started. A program has none of the vault's descriptors but its standard ones, and the fork's
 * copy of the vault's memory until it ends; to read it there would take a program that means to.
 *
 * System V's ABI for a process's start, and for ELF; linux/elf.h, linux/auxvec.h.
 */
#include "programs.h"

#define __NR_mmap         NUMBER(9, 222)
#define __NR_rt_sigaction NUMBER(13, 134)

enum errors { EACCES = 13, ENOSYS = 38 };

#define AT_FDCWD (-100)
#define O_RDONLY 0L
#define O_CLOEXEC 02000000L
#define SIGCHLD 17L
#define SIG_SETMASK 2
#define PROT_READ 1UL
#define PROT_WRITE 2UL
#define PROT_EXEC 4UL
#define MAP_PRIVATE 0x02UL
#define MAP_FIXED 0x10UL
#define MAP_ANONYMOUS 0x20UL
#define MAP_NORESERVE 0x4000UL
#define MACHINE NUMBER(62, 183) /* EM_X86_64, EM_AARCH64 */

enum tag { AT_NULL, AT_PHDR = 3, AT_PHENT, AT_PHNUM, AT_PAGESZ, AT_BASE, AT_ENTRY = 9, AT_EXECFN = 31 };
enum type { LOAD = 1, INTERPRETER = 3 };
enum { FIXED_ADDRESSES = 2, ANY_ADDRESSES = 3 };

struct elf {
  unsigned char identity[16];
  unsigned short type, machine;
  u32 version;
  u64 entry, headers, sections;
  u32 flags;
  unsigned short length, header_length, header_count, section_length, section_count, names;
};

struct header {
  u32 type, flags;
  u64 offset, address, physical, in_file, in_memory, alignment;
};

/* A program, or the loader that it names, where it lies. */
struct image {
  u64 base, entry, headers, header_count;
  char interpreter[256]; /* empty: none */
};

static u64 page;

static u64 down(u64 address) { return address & ~(page - 1); }
static u64 up(u64 address) { return down(address + page - 1); }

static u64 from_kernel(enum tag tag) {
  for (const u64 *pair = auxiliary; pair[0] != AT_NULL; pair += 2)
    if (pair[0] == (u64)tag) return pair[1];
  return 0;
}

static int is_mapped(result address) { return address < -4095 || address >= 0; }

/* One PT_LOAD: what is in the file, zeros to the page's end, and pages of zeros. */
static int map_segment(result file, const struct header *segment, u64 base) {
  const u64 protection = (segment->flags & 4 ? PROT_READ : 0) | (segment->flags & 2 ? PROT_WRITE : 0) |
                         (segment->flags & 1 ? PROT_EXEC : 0);
  const u64 start = down(base + segment->address), in_file = base + segment->address + segment->in_file;
  if (segment->in_file > 0) {
    const u64 fixed = MAP_PRIVATE | MAP_FIXED;
    if (!is_mapped(CALL6(__NR_mmap, start, in_file - start, protection, fixed, file, down(segment->offset)))) return 0;
  }
  if (segment->in_memory == segment->in_file) return 1;
  if (segment->flags & 2)
    for (u64 at = in_file; at < up(in_file); at++) *(volatile char *)at = 0;
  const u64 zeros = up(in_file), end = up(base + segment->address + segment->in_memory);
  if (end <= zeros) return 1;
  const u64 fixed = MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS;
  return is_mapped(CALL6(__NR_mmap, zeros, end - zeros, protection, fixed, -1, 0));
}

/* Room for all of an image that doesn't say where it lies; 0 for one that does. -1: there is none. */
static result room_for(const struct elf *elf, const struct header *headers) {
  if (elf->type == FIXED_ADDRESSES) return 0;
  u64 least = ~0UL, most = 0;
  for (int i = 0; i < elf->header_count; i++) {
    if (headers[i].type != LOAD) continue;
    const u64 from = down(headers[i].address), to = up(headers[i].address + headers[i].in_memory);
    if (from < least) least = from;
    if (to > most) most = to;
  }
  if (most <= least) return -1;
  result room = CALL6(__NR_mmap, 0, most - least, 0, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return is_mapped(room) ? room - (result)least : -1;
}

static int map_image(const char *path, struct image *image) {
  struct elf elf;
  struct header headers[64];
  result file = CALL4(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (file < 0 || CALL4(__NR_pread64, file, &elf, sizeof elf, 0) != sizeof elf) return 0;
  static const unsigned char magic[] = {0x7f, 'E', 'L', 'F', 2, 1}; /* 64 bits, little-endian */
  for (size i = 0; i < sizeof magic; i++)
    if (elf.identity[i] != magic[i]) return 0;
  const size count = elf.header_count, length = count * sizeof *headers;
  if (elf.machine != MACHINE || elf.header_length != sizeof *headers || length > sizeof headers) return 0;
  if (elf.type != FIXED_ADDRESSES && elf.type != ANY_ADDRESSES) return 0;
  if (CALL4(__NR_pread64, file, headers, length, elf.headers) != (result)length) return 0;
  result base = room_for(&elf, headers);
  if (base == -1) return 0;
  *image = (struct image){(u64)base, (u64)base + elf.entry, 0, count, ""};
  for (size i = 0; i < count; i++) {
    const struct header *one = headers + i;
    if (one->type == LOAD) {
      if (!map_segment(file, one, image->base)) return 0;
      if (elf.headers >= one->offset && elf.headers < one->offset + one->in_file)
        image->headers = image->base + one->address + elf.headers - one->offset;
    } else if (one->type == INTERPRETER) {
      if (one->in_file == 0 || one->in_file > sizeof image->interpreter) return 0;
      CALL4(__NR_pread64, file, image->interpreter, one->in_file, one->offset);
      if (image->interpreter[one->in_file - 1] != 0) return 0;
    }
  }
  CALL1(__NR_close, file);
  return image->headers != 0;
}

/* As execve(2) leaves a process: no handlers, nothing blocked, and none of the vault's descriptors. */
static void forget(void) {
  static const u64 plain[4]; /* struct sigaction, all zeros: SIG_DFL */
  for (long signal = 1; signal <= 64; signal++) CALL4(__NR_rt_sigaction, signal, plain, 0, 8);
  static const u64 none;
  CALL4(__NR_rt_sigprocmask, SIG_SETMASK, &none, 0, sizeof none);
  CALL3(__NR_close_range, 3, ~0U, 0);
}

static u64 *put(u64 *to, u64 value) {
  *to = value;
  return to + 1;
}

/* The first stack: how many arguments, where they are, the environment, and what the kernel would tell. */
static u64 *first_stack(char *const arguments[], char *const environment[], const struct image *program, u64 loader) {
  const size length = 8UL << 20;
  size values = 0, entries = 0;
  while (arguments[values]) values++;
  while (environment[entries]) entries++;
  size words = 1 + values + 1 + entries + 1;
  for (const u64 *pair = auxiliary; pair[0] != AT_NULL; pair += 2) words += 2;
  words += 2;
  if (words * 8 > length / 2) return 0;
  result memory = CALL6(__NR_mmap, 0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (!is_mapped(memory)) return 0;
  u64 *const stack = (u64 *)(((u64)memory + length - words * 8) & ~15UL), *at = put(stack, values);
  /* The texts lie in the fork's copy of memory, and stay there. */
  for (size i = 0; i <= values; i++) at = put(at, (u64)arguments[i]);
  for (size i = 0; i <= entries; i++) at = put(at, (u64)environment[i]);
  for (const u64 *pair = auxiliary;; pair += 2) {
    u64 value = pair[1];
    if (pair[0] == AT_PHDR) value = program->headers;
    if (pair[0] == AT_PHENT) value = sizeof(struct header);
    if (pair[0] == AT_PHNUM) value = program->header_count;
    if (pair[0] == AT_BASE) value = loader;
    if (pair[0] == AT_ENTRY) value = program->entry;
    if (pair[0] == AT_EXECFN) value = (u64)arguments[0];
    at = put(put(at, pair[0]), value);
    if (pair[0] == AT_NULL) return stack;
  }
}

__attribute__((noreturn)) static void enter(u64 entry, u64 *stack) {
#if defined(__x86_64__)
  __asm__ volatile("mov %0, %%rsp; xor %%edx, %%edx; xor %%ebp, %%ebp; jmp *%1" : : "r"(stack), "r"(entry) : "memory");
#else
  __asm__ volatile("mov sp, %0; mov x0, xzr; mov x29, xzr; mov x30, xzr; br %1" : : "r"(stack), "r"(entry) : "memory");
#endif
  __builtin_unreachable();
}

/* In the fork, which has one thread: system calls only. */
__attribute__((noreturn)) static void become(const char *path, char *const arguments[], char *const environment[]) {
  forget();
  struct image program, loader = {0, 0, 0, 0, ""};
  const int mapped = map_image(path, &program) && (!program.interpreter[0] || map_image(program.interpreter, &loader));
  u64 *stack = mapped ? first_stack(arguments, environment, &program, loader.base) : 0;
  if (stack) enter(loader.entry ? loader.entry : program.entry, stack);
  for (;;) CALL1(__NR_exit_group, 127);
}

/*
 * posix_spawn(3). Gives 0 and the new process's number, or an errno; EACCES for what isn't declared, ENOSYS for actions
 * and attributes, which nobody who was seen here asks for.
 */
__attribute__((visibility("default"))) int posix_spawn(int *number, const char *path, const void *actions,
                                                       const void *attributes, char *const arguments[],
                                                       char *const environment[]) {
  if (!auxiliary || actions || attributes) return ENOSYS;
  if (!is_declared(path)) return EACCES;
  page = from_kernel(AT_PAGESZ);
  result child = CALL5(__NR_clone, SIGCHLD, 0, 0, 0, 0);
  if (child == 0) become(path, arguments, environment);
  if (child < 0) return (int)-child;
  if (number) *number = (int)child;
  return 0;
}
