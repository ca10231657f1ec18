/*
 * What the files of this folder share: numbers of Linux that vault/native/system.h lacks, and small helpers. The
 * structures that cross into TypeScript are written twice, here and in src/watch/native.ts.
 */
#ifndef STRONGROOM_WATCH_H
#define STRONGROOM_WATCH_H

#include "../../vault/native/system.h"

/* arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h; NONE: arm64 has only the newer form. */
#define NONE (-1)
#define __NR_chroot            NUMBER(161, 51)
#define __NR_creat             NUMBER(85, NONE)
#define __NR_execve            NUMBER(59, 221)
#define __NR_execveat          NUMBER(322, 281)
#define __NR_fallocate         NUMBER(285, 47)
#define __NR_fchdir            NUMBER(81, 50)
#define __NR_fchmod            NUMBER(91, 52)
#define __NR_ftruncate         NUMBER(77, 46)
#define __NR_ioctl             NUMBER(16, 29)
#define __NR_io_uring_setup    NUMBER(425, 425)
#define __NR_link              NUMBER(86, NONE)
#define __NR_linkat            NUMBER(265, 37)
#define __NR_open              NUMBER(2, NONE)
#define __NR_open_by_handle_at NUMBER(304, 265)
#define __NR_openat2           NUMBER(437, 437)
#define __NR_pidfd_open        NUMBER(434, 434)
#define __NR_pivot_root        NUMBER(155, 41)
#define __NR_ppoll             NUMBER(271, 73)
#define __NR_rename            NUMBER(82, NONE)
#define __NR_renameat          NUMBER(264, 38)
#define __NR_renameat2         NUMBER(316, 276)
#define __NR_rt_sigaction      NUMBER(13, 134)
#define __NR_sendfile          NUMBER(40, 71)
#define __NR_setns             NUMBER(308, 268)
#define __NR_statx             NUMBER(332, 291)
#define __NR_truncate          NUMBER(76, 45)
#define __NR_unlink            NUMBER(87, NONE)
#define __NR_unlinkat          NUMBER(263, 35)

/* fcntl.h; O_DIRECTORY and O_NOFOLLOW differ between the architectures. */
#define AT_FDCWD (-100)
#define AT_REMOVEDIR 0x200
#define AT_NOFOLLOW 0x100
#define AT_FOLLOW 0x400
#define O_WRITES 03
#define O_CREAT 0100
#define O_EXCL 0200
#define O_NOCTTY 0400
#define O_TRUNC 01000
#define O_NONBLOCK 04000
#define O_CLOEXEC 02000000
#define O_PATH 010000000
#define O_TMPFILE_BIT 020000000
#define O_DIRECTORY NUMBER(0200000, 040000)
#define O_NOFOLLOW NUMBER(0400000, 0100000)

enum errors { ENOENT = 2, EINTR = 4, EACCES = 13, ENOTDIR = 20, EINVAL = 22, EFBIG = 27, ENAMETOOLONG = 36, ENOSYS = 38, ELOOP = 40 };

struct time {
  long seconds, nanoseconds;
};

/* statx(2), as far as it is read here. */
struct status {
  u32 mask, block_size;
  u64 attributes;
  u32 links, user, group;
  unsigned short mode, spare;
  u64 inode, size, blocks, attributes_mask;
  struct {
    long seconds;
    u32 nanoseconds;
    s32 spare;
  } accessed, born, changed, modified;
  u32 special_major, special_minor, device_major, device_minor;
  u64 rest[14];
};
#define STATUS_BASIC 0x7ffU
#define IS_REGULAR(mode) (((mode) & 0170000) == 0100000)
#define IS_FOLDER(mode) (((mode) & 0170000) == 0040000)
#define IS_LINK(mode) (((mode) & 0170000) == 0120000)

/* seccomp(2), linux/seccomp.h */
struct call_data {
  s32 number;
  u32 architecture;
  u64 instruction, arguments[6];
};
struct notification {
  u64 id;
  u32 thread, flags;
  struct call_data call;
};
struct answer {
  u64 id;
  long value;
  s32 error;
  u32 flags;
};
struct descriptor_to_add {
  u64 id;
  u32 flags, from, to, to_flags;
};
#define SECCOMP_IOCTL(direction, number, type) ((direction) << 30 | sizeof(type) << 16 | 0x21UL << 8 | (number))
#define RECEIVE SECCOMP_IOCTL(3UL, 0, struct notification)
#define ANSWER SECCOMP_IOCTL(3UL, 1, struct answer)
#define ADD_DESCRIPTOR SECCOMP_IOCTL(1UL, 3, struct descriptor_to_add)
#define SET_FLAGS SECCOMP_IOCTL(1UL, 4, u64)
#define GO_ON 1U            /* SECCOMP_USER_NOTIF_FLAG_CONTINUE */
#define AND_ANSWER 2U       /* SECCOMP_ADDFD_FLAG_SEND */
#define WAKE_ON_ONE_CPU 1UL /* SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP */

/* linux/audit.h */
#define AUDIT_ARCHITECTURE NUMBER(0xc000003eU, 0xc00000b7U)
/* Calls of x86-64's x32 form have this bit; the number is of no call elsewhere. */
#define X32_BIT 0x40000000U

/* ---- What src/watch/native.ts has too ---- */

enum kind { OPENED = 1, TRUNCATED, RENAMED, UNLINKED, LINKED, MEMORY, UNSEEN, REFUSED, EXITED, ENDED };

enum fact {
  THERE = 1,         /* the file was there before the call */
  OTHER_MOUNTS = 2,  /* the process has mounts of its own: the path means something there only */
  COPY = 4,          /* `kept` is a copy in memory of what the call destroys */
  FOLDER = 8,        /* `kept` is the file's folder, which only its process could name */
};

/* Followed by texts, each with a zero at its end: the program, then path and folder twice (empty where there are none). */
struct event {
  u32 length, kind;   /* length: of all, a multiple of 8 */
  u32 thread, facts;
  s32 kept, error;    /* a descriptor of this process or -1; an errno or 0 */
  u64 flags;          /* open's or rename's; the number of the call that wasn't seen; the status of what exited */
  u64 device, inode, size;
};

/* ---- place.c ---- */

enum { PLACE_MAX = 4096 + 64, TEXT_MAX = 4096 };

/* A path argument of another process. */
struct place {
  char here[PLACE_MAX];  /* how this process reaches it, from `at` where it is relative; it has a slash */
  s32 at;                /* a descriptor that isn't the place's own, or AT_FDCWD */
  char path[TEXT_MAX];   /* as it was given, or as resolve() found it */
  char folder[TEXT_MAX]; /* what a relative one is relative to */
  int unseen;            /* the process is closed: an errno, 0 if not */
  result there;          /* of resolve(): negative where nothing is there, else `status` is what is */
  struct status status;
};

/* What is the same for many calls of a thread, asked again after a while: reading /proc is what takes the time here. */
struct caller {
  u32 thread;
  int uses;
  int other_mounts;       /* it has mounts of its own */
  u32 group;              /* of threads that have one working directory */
  s32 folder_at;          /* the working directory, if it is known: `folder` isn't empty then */
  char folder[TEXT_MAX];
  char root[TEXT_MAX];    /* empty: the same root as here */
  char program[TEXT_MAX]; /* its file; of a process that is closed its name, which isn't a path */
};

/* A thread that was about to change its group's working directory, or everybody's, when it was last seen. */
struct mover {
  u32 thread, group;
};

enum { CALLERS = 16, MOVERS = 64 };
#define EVERYBODY (~0U)

/* What one watching has, and no other: the caller's memory, all zeros at first. */
struct memory {
  struct place first, second;
  struct caller callers[CALLERS];
  struct mover movers[MOVERS];
  int too_many_movers; /* one was lost: no working directory is remembered any more */
  size pending_length;
  u32 pending_kept; /* descriptors among the pending events */
  _Alignas(8) char pending[8 << 20]; /* events: of most programs all, so that their reader takes no time from them */
};
/* native.ts has this number. */
_Static_assert(sizeof(struct memory) <= 8650752, "native.ts gives that much");

struct watch {
  s32 listener, child, events, stop;
  long since, copy_limit; /* seconds of the clock that files have; bytes a copy may have */
  struct memory *memory;
};

const struct caller *caller_of(struct memory *memory, u32 thread);
void use_caller(struct memory *memory, u32 thread);
void forget_callers(struct memory *memory);
void expect_move(struct memory *memory, u32 thread, int of_everybody);
long read_number(u32 thread, const char *label, int field, int base);
void find_place(struct memory *memory, u32 thread, long folder, u64 address, struct place *place);
void find_descriptor(u32 thread, long descriptor, struct place *place);
result status_of(const struct place *place, int flags, struct status *status);
result resolve(struct memory *memory, u32 thread, struct place *place, int follows);
result open_folder(struct place *place);
void proc_path(char *to, u32 thread, const char *name);
char *append_number(char *to, unsigned long value);
result read_memory(u32 thread, u64 address, void *to, size length);

/* ---- Small things ---- */

static inline size length_of(const char *text) {
  size length = 0;
  while (text[length]) length++;
  return length;
}

/* Copies with the final zero, cut to `room`; gives where the zero is. */
static inline char *append(char *to, const char *end, const char *text) {
  while (*text && to < end - 1) *to++ = *text++;
  *to = 0;
  return to;
}

static inline result close_file(result descriptor) { return CALL1(__NR_close, descriptor); }

#endif
