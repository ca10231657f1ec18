/*
 * The vault's door on Linux. This file is preloaded into Node and runs before main, while the process has one thread
 * and no secret. It takes away from the process, in this order, what an engine doesn't need, and tells the result of
 * every step, which the vault's worker reads before it takes a key:
 *
 *   1. a user namespace, entered without exec: memory stays the parent namespace's, so that processes of the same user
 *      are refused; with an exec inside they would be let in (ptrace(2), mm->user_ns in the kernel's ptrace.c)
 *   2. not dumpable, not traced; no core files; no descriptors but the declared; mount, network, IPC and PID namespaces:
 *      everything mounted read-only, a private tmpfs over the places where programs write
 *   3. one fork: a new memory map, so that a /proc/PID/mem opened before is useless. The parent, whose memory such a
 *      descriptor still writes, gives up everything and can do nothing but wait and relay how the child ends; either's
 *      death is the other's. A new /proc
 *   4. no capabilities, no_new_privs, Landlock, a seccomp filter
 *
 * A step that fails is told and the next is taken: what can be had is had, and the report says what is missing. Only a
 * debugger that is attached ends the process, since nothing in it could be believed.
 *
 * No C library: only system calls, so that one file serves glibc and musl, and all that it does can be read here.
 * src/os/jail.ts writes the configuration and reads the results, and has the same numbers.
 */
#include "programs.h"

/* ---- What the app sends on descriptor 5, as records: u32 kind, u32 length, the bytes, zeros to a multiple of 8 ---- */

enum kind {
  END = 0,        /* the last */
  COVER = 1,      /* a path: a private tmpfs is mounted over it */
  DIRECTORY = 2,  /* a path: the private directory, made if it is not there; the working directory */
  TMPFS = 3,      /* mount options, such as size=1g,mode=0700 */
  READ = 4,       /* a path: files that may be read, and folders that may be listed, at and below it */
  EXECUTE = 5,    /* a path: a program that may be started, without exec: see programs.c */
  DEVICE = 6,     /* a path: a device node that may be read, written and controlled */
  FILTER = 7,     /* a classic BPF program for seccomp(2) */
  THREADS = 8,    /* empty: the names of its own threads may be written, in /proc/self/task */
};

struct record {
  u32 kind;
  u32 length;
  char bytes[]; /* paths and options end with a zero */
};

/* ---- What it leaves on descriptor 5: an i64 for each step, in this order ---- */

enum step {
  MAGIC,         /* of this table; its lower half is the number of steps */
  TRACER,        /* the process number of a debugger, 0 for none */
  USER,          /* user namespace: 0, -errno, or 1 if as root it was not needed */
  USER_MAPS,     /* its maps, so that the user keeps its number */
  NOT_DUMPABLE,
  NO_CORE,       /* RLIMIT_CORE 0 */
  DESCRIPTORS,   /* all above 5 closed */
  MOUNTS,        /* mount namespace */
  NETWORK,       /* network namespace */
  IPC,           /* IPC namespace */
  PROCESSES,     /* PID namespace */
  PRIVATE_MOUNTS, /* mounts that are made later don't come out */
  READ_ONLY,     /* every mount read-only, without set-user-ID programs */
  COVERED,       /* the first failure of a tmpfs, else 0 */
  COVERS,        /* how many tmpfs were mounted */
  MADE,          /* the private directory */
  ENTERED,       /* it is the working directory */
  OUTER,         /* this process's number as the parent's namespace has it */
  DIES_WITH,     /* SIGKILL for the parent when the app dies, and for this process when the parent does */
  MEMORY_READ,   /* the parent's attempt to read this process's memory: bytes read, or -errno */
  MEMORY_OPEN,   /* its attempt to open /proc/PID/mem: 0 if it could, or -errno */
  RELAY,         /* the parent can do nothing but wait: 0, or the first failure */
  NEW_PROC,      /* a new /proc */
  THREAD_NAMES,  /* how many folders in it are mounted to be written: 1 if THREADS asks for it */
  CAPABILITIES,
  NO_NEW_PRIVS,
  LANDLOCK_ABI,  /* the kernel's, or -errno */
  LANDLOCK,      /* restricted */
  LANDLOCK_RULES, /* how many paths are allowed */
  LANDLOCK_MISSING, /* how many of the declared weren't there */
  SECCOMP,       /* the filter is set */
  STEPS
};

#define MAGIC_VALUE (0x53524a31L << 32 | STEPS) /* "SRJ1" */

/* ---- Constants of the kernel's uapi headers, here so that an old header's lack of them changes nothing ---- */

#define NEW_NS 0x00020000L
#define NEW_IPC 0x08000000L
#define NEW_USER 0x10000000L
#define NEW_PID 0x20000000L
#define NEW_NET 0x40000000L
#define CHILD_CLEARTID 0x00200000L
#define CHILD_SETTID 0x01000000L
#define SIG_SETMASK 2
#define SIGKILL 9
#define SIGCHLD 17
#define AF_UNIX 1L
#define SOCK_STREAM 1L
#define SOCK_CLOEXEC O_CLOEXEC
#define AT_FDCWD (-100)
#define AT_RECURSIVE 0x8000L
#define O_RDONLY 0L
#define O_WRONLY 1L
#define O_CLOEXEC 02000000L
#define O_PATH 010000000L
#define MS_RDONLY 1L
#define MS_NOSUID 2L
#define MS_NODEV 4L
#define MS_NOEXEC 8L
#define MS_BIND 4096L
#define MS_REC 16384L
#define MS_PRIVATE (1L << 18)
#define MOUNT_RDONLY 1UL
#define MOUNT_NOSUID 2UL
#define PR_SET_PDEATHSIG 1L
#define PR_SET_DUMPABLE 4L
#define PR_CAPBSET_DROP 24L
#define PR_SET_NO_NEW_PRIVS 38L
#define PR_GET_TID_ADDRESS 40L
#define RLIMIT_CORE 4L
#define F_ADD_SEALS 1033L
#define F_SEAL_ALL 15L /* seal, shrink, grow, write */
#define MFD_CLOEXEC 1L
#define MFD_ALLOW_SEALING 2L
#define MFD_NOEXEC_SEAL 8L
#define SECCOMP_SET_FILTER 1L
#define SECCOMP_ALLOW 0x7fff0000U
#define SECCOMP_EPERM 0x00050001U
#define LANDLOCK_VERSION 1L
#define LANDLOCK_PATH_BENEATH 1L

enum errors { ENOENT = 2, EINTR = 4, EEXIST = 17, EINVAL = 22, ENOSYS = 38 };

/* linux/audit.h */
#define AUDIT_ARCHITECTURE NUMBER(0xc000003eU, 0xc00000b7U)

/* landlock(7) */
#define FS_EXECUTE (1UL << 0)
#define FS_WRITE_FILE (1UL << 1)
#define FS_READ_FILE (1UL << 2)
#define FS_READ_DIR (1UL << 3)
#define FS_MAKE_CHAR (1UL << 6)
#define FS_MAKE_BLOCK (1UL << 11)
#define FS_IOCTL_DEV (1UL << 15)
#define FS_ALL_1 ((1UL << 13) - 1) /* ABI 1 */
#define FS_REFER (1UL << 13)       /* ABI 2 */
#define FS_TRUNCATE (1UL << 14)    /* ABI 3 */
#define FS_FILE_ONLY (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)

struct landlock_attr {
  u64 fs, net, scoped;
};
struct landlock_path {
  u64 access;
  s32 parent;
} __attribute__((packed));
struct bpf_instruction {
  unsigned short code;
  unsigned char if_true, if_false;
  u32 value;
};
struct bpf_program {
  unsigned short length;
  const void *instructions;
};
struct mount_attr {
  u64 set, clear, propagation, userns;
};

/* 3 is the channel to the app, 4 the socket over which it passes descriptors. */
#define DOOR 5

/* Why the process ends here; app/ending.ts puts them into words. */
enum exits { EXIT_TRACED = 121, EXIT_CONFIGURATION = 122, EXIT_FORK = 123 };

static _Alignas(8) char configuration[65536];
static size configured;
static long told[STEPS];
const u64 *auxiliary;

/* Of whichever C library is there, found when this file is loaded. */
extern char **environ __attribute__((weak));
extern int fork(void) __attribute__((weak));

void *memcpy(void *to, const void *from, size length) {
  for (size i = 0; i < length; i++) ((volatile char *)to)[i] = ((const char *)from)[i];
  return to;
}

void *memset(void *to, int value, size length) {
  for (size i = 0; i < length; i++) ((volatile char *)to)[i] = (char)value;
  return to;
}

static size length_of(const char *text) {
  size length = 0;
  while (text[length]) length++;
  return length;
}

static int begins(const char *text, const char *with) {
  while (*with)
    if (*text++ != *with++) return 0;
  return 1;
}

static void end(int code) {
  for (;;) CALL1(__NR_exit_group, code);
}

/* ---- Small helpers over system calls ---- */

static char *decimal(char *to, unsigned long value) {
  char digits[24];
  int count = 0;
  do digits[count++] = (char)('0' + value % 10);
  while (value /= 10);
  while (count > 0) *to++ = digits[--count];
  *to = 0;
  return to;
}

static result write_file(const char *path, const char *text) {
  result file = CALL4(__NR_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
  if (file < 0) return file;
  result written = CALL3(__NR_write, file, text, length_of(text));
  CALL1(__NR_close, file);
  return written < 0 ? written : 0;
}

static long read_file(const char *path, char *to, size room) {
  result file = CALL4(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (file < 0) return file;
  result length = CALL3(__NR_read, file, to, room - 1);
  CALL1(__NR_close, file);
  to[length < 0 ? 0 : length] = 0;
  return length;
}

/* The debugger's process number from /proc/self/status; -errno if that can't be read. */
static long tracer(void) {
  static const char name[] = "TracerPid:\t";
  char status[4096];
  long length = read_file("/proc/self/status", status, sizeof status);
  if (length < 0) return length;
  for (char *at = status; *at; at++) {
    if (!begins(at, name)) continue;
    long number = 0;
    for (at += sizeof name - 1; *at >= '0' && *at <= '9'; at++) number = number * 10 + *at - '0';
    return number;
  }
  return -EINVAL;
}

/* ---- Configuration ---- */

static int read_all(int descriptor, char *to, size length) {
  while (length > 0) {
    result count = CALL3(__NR_read, descriptor, to, length);
    if (count == -EINTR) continue;
    if (count <= 0) return 0;
    to += count;
    length -= (size)count;
  }
  return 1;
}

/* A u32 of how many bytes follow, then the records. Whole and well formed, or nothing is done. */
static int read_configuration(void) {
  u32 length = 0;
  if (!read_all(DOOR, (char *)&length, sizeof length)) return 0;
  if (length > sizeof configuration || !read_all(DOOR, configuration, length)) return 0;
  for (size at = 0; at + sizeof(struct record) <= length;) {
    const struct record *record = (const void *)(configuration + at);
    if (record->kind == END) {
      configured = at;
      return 1;
    }
    if (record->length > length - at - sizeof *record) return 0;
    int text = record->kind <= DEVICE;
    if (text && (record->length == 0 || record->bytes[record->length - 1] != 0)) return 0;
    at += sizeof *record + ((record->length + 7UL) & ~7UL);
  }
  return 0;
}

/* The next record of `kind` after `from`, or the first. */
static const struct record *next(enum kind kind, const struct record *from) {
  size at = from ? (size)((const char *)from - configuration) + sizeof *from + ((from->length + 7UL) & ~7UL) : 0;
  while (at < configured) {
    const struct record *record = (const void *)(configuration + at);
    if (record->kind == kind) return record;
    at += sizeof *record + ((record->length + 7UL) & ~7UL);
  }
  return 0;
}

int is_declared(const char *path) {
  const size length = length_of(path);
  for (const struct record *program = 0; (program = next(EXECUTE, program));)
    if (length + 1 == program->length && begins(path, program->bytes)) return 1;
  return 0;
}

/* ---- 1. The user namespace ---- */

static void enter_user_namespace(void) {
  unsigned long user = (unsigned long)CALL0(__NR_getuid), group = (unsigned long)CALL0(__NR_getgid);
  told[USER] = CALL1(__NR_unshare, NEW_USER);
  if (told[USER] < 0) {
    told[USER_MAPS] = told[USER];
    return;
  }
  /* user_namespaces(7): a process without privileges may map itself, and its group once setgroups(2) is denied. */
  char map[64];
  result setgroups = write_file("/proc/self/setgroups", "deny");
  char *at = decimal(map, user);
  *at++ = ' ';
  at = decimal(at, user);
  memcpy(at, " 1", 3);
  result users = write_file("/proc/self/uid_map", map);
  at = decimal(map, group);
  *at++ = ' ';
  at = decimal(at, group);
  memcpy(at, " 1", 3);
  result groups = write_file("/proc/self/gid_map", map);
  told[USER_MAPS] = users < 0 ? users : groups < 0 ? groups : setgroups < 0 ? setgroups : 0;
}

/* ---- 2. Nobody looks in; nothing is inherited; the file system ---- */

static void close_door_to_debuggers(void) {
  told[NOT_DUMPABLE] = CALL5(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
  told[TRACER] = tracer();
  if (told[TRACER] > 0) end(EXIT_TRACED);
  const struct {
    u64 soft, hard;
  } none = {0, 0};
  told[NO_CORE] = CALL4(__NR_prlimit64, 0, RLIMIT_CORE, &none, 0);
}

static void close_descriptors(void) {
  told[DESCRIPTORS] = CALL3(__NR_close_range, DOOR + 1, ~0U, 0);
  if (told[DESCRIPTORS] < 0) {
    /* Older kernels lack it, and older filters of containers refuse it. */
    for (long descriptor = DOOR + 1; descriptor < 65536; descriptor++) CALL1(__NR_close, descriptor);
    told[DESCRIPTORS] = 0;
  }
}

static void enter_namespaces(void) {
  if (told[USER] < 0) {
    for (int step = MOUNTS; step <= PROCESSES; step++) told[step] = told[USER];
    return;
  }
  told[MOUNTS] = CALL1(__NR_unshare, NEW_NS);
  told[NETWORK] = CALL1(__NR_unshare, NEW_NET);
  told[IPC] = CALL1(__NR_unshare, NEW_IPC);
  told[PROCESSES] = CALL1(__NR_unshare, NEW_PID);
}

static void change_mounts(void) {
  for (int step = PRIVATE_MOUNTS; step <= COVERED; step++) told[step] = told[MOUNTS];
  if (told[MOUNTS] < 0) return;
  told[PRIVATE_MOUNTS] = CALL5(__NR_mount, "none", "/", 0, MS_REC | MS_PRIVATE, 0);
  if (told[PRIVATE_MOUNTS] < 0) {
    /* What is mounted in a shared mount would be seen outside. */
    told[READ_ONLY] = told[COVERED] = told[PRIVATE_MOUNTS];
    return;
  }
  const struct mount_attr attributes = {.set = MOUNT_RDONLY | MOUNT_NOSUID};
  told[READ_ONLY] = CALL5(__NR_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &attributes, sizeof attributes);
  const struct record *options = next(TMPFS, 0);
  told[COVERED] = 0;
  for (const struct record *path = 0; (path = next(COVER, path));) {
    result done = CALL5(__NR_mount, "vault", path->bytes, "tmpfs", MS_NOSUID | MS_NODEV, options ? options->bytes : 0);
    if (done == 0) told[COVERS]++;
    else if (told[COVERED] == 0) told[COVERED] = done;
  }
}

static void enter_directory(void) {
  const struct record *directory = next(DIRECTORY, 0);
  if (!directory) return;
  told[MADE] = CALL3(__NR_mkdirat, AT_FDCWD, directory->bytes, 0700);
  if (told[MADE] == -EEXIST) told[MADE] = 0;
  told[ENTERED] = CALL1(__NR_chdir, directory->bytes);
}

/* ---- 3. The fork ---- */

/* What the parent found. */
struct attempts {
  long memory_read, memory_open, relay;
};

/* Set in the parent before the fork, looked for in the child: private, so that each has its own. */
static volatile long landmark = 0x5374726f6e67;

/* The parent is of the user that an attacker is, and of a namespace with more rights than an attacker has. */
static void try_to_read(long child, struct attempts *attempts) {
  long stolen = 0;
  const struct {
    void *base;
    size length;
  } here = {&stolen, sizeof stolen}, there = {(void *)&landmark, sizeof landmark};
  /* Of itself first: a call that doesn't work at all refuses nothing. */
  result own = CALL6(__NR_process_vm_readv, CALL0(__NR_getpid), &here, 1, &there, 1, 0);
  const int works = own == sizeof stolen && stolen == landmark;
  attempts->memory_read = works ? CALL6(__NR_process_vm_readv, child, &here, 1, &there, 1, 0) : -EINVAL;
  char path[64];
  memcpy(path, "/proc/", 7);
  memcpy(decimal(path + 6, (unsigned long)child), "/mem", 5);
  attempts->memory_open = CALL4(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (attempts->memory_open >= 0) {
    CALL1(__NR_close, attempts->memory_open);
    attempts->memory_open = 0;
  }
}

/* A user's capabilities in its own namespace, in the set from which programs take theirs, and by programs' files. */
static void drop_capabilities(void) {
  for (long capability = 0; capability < 64; capability++) CALL5(__NR_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0);
  struct {
    u32 version;
    s32 pid;
  } header = {0x20080522, 0}; /* _LINUX_CAPABILITY_VERSION_3 */
  const struct {
    u32 effective, permitted, inheritable;
  } none[2] = {{0, 0, 0}, {0, 0, 0}};
  told[CAPABILITIES] = CALL2(__NR_capset, &header, none);
  told[NO_NEW_PRIVS] = CALL5(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/*
 * The relay's memory is the one from before the fork: who opened its /proc/PID/mem then can write code into it. So it
 * keeps no right with which such code could do more than the attacker can anyway: it can't exec, enter a namespace, open
 * a file or make another process.
 */
static long leave_nothing_but_waiting(void) {
  drop_capabilities();
#define ALLOW(number) {0x15, 0, 1, (u32)(number)}, {0x06, 0, 0, SECCOMP_ALLOW}
  static const struct bpf_instruction instructions[] = {
      {0x20, 0, 0, 4}, /* load the architecture */
      {0x15, 1, 0, AUDIT_ARCHITECTURE},
      {0x06, 0, 0, SECCOMP_EPERM},
      {0x20, 0, 0, 0}, /* load the call's number */
      ALLOW(__NR_wait4),
      ALLOW(__NR_kill),
      ALLOW(__NR_getpid),
      ALLOW(__NR_rt_sigprocmask),
      ALLOW(__NR_exit_group),
      /* Once more, to the child; then there is no descriptor left. */
      ALLOW(__NR_write),
      ALLOW(__NR_close),
      ALLOW(__NR_close_range),
      {0x06, 0, 0, SECCOMP_EPERM},
  };
#undef ALLOW
  const struct bpf_program program = {sizeof instructions / sizeof *instructions, instructions};
  const result filtered = CALL3(__NR_seccomp, SECCOMP_SET_FILTER, 0, &program);
  return told[CAPABILITIES] < 0 ? told[CAPABILITIES] : told[NO_NEW_PRIVS] < 0 ? told[NO_NEW_PRIVS] : filtered;
}

/* Tells the child what it can read of it; then holds nothing, and ends as the child does. */
static void relay(long child, int line, u64 mask) {
  struct attempts attempts;
  char ready;
  if (read_all(line, &ready, 1)) {
    try_to_read(child, &attempts);
    attempts.relay = leave_nothing_but_waiting();
    CALL3(__NR_write, line, &attempts, sizeof attempts);
  }
  CALL3(__NR_close_range, 0, ~0U, 0);
  for (int descriptor = 0; descriptor < 64; descriptor++) CALL1(__NR_close, descriptor);
  int status = 0;
  result ended;
  do ended = CALL4(__NR_wait4, child, &status, 0, 0);
  while (ended == -EINTR);
  if (ended < 0) end(EXIT_FORK);
  int signal = status & 127;
  if (signal == 0) end((status >> 8) & 255);
  CALL4(__NR_rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof mask);
  CALL2(__NR_kill, CALL0(__NR_getpid), signal);
  /* Signals that a program must ask to die of. */
  end(128 + signal);
}

/*
 * A fork that leaves the C library's thread right: glibc keeps the thread's number where the kernel clears it, so the
 * kernel writes the new one there too. musl keeps something else there, and has its own fork called.
 */
static long fork_once(void) {
  int *tid = 0;
  result known = CALL5(__NR_prctl, PR_GET_TID_ADDRESS, &tid, 0, 0, 0);
  if (known < 0 || !tid || *tid != CALL0(__NR_getpid)) {
    if (fork) {
      int child = fork();
      return child < 0 ? -EINVAL : child;
    }
    return CALL5(__NR_clone, SIGCHLD, 0, 0, 0, 0);
  }
  void *list = 0;
  size length = 0;
  CALL3(__NR_get_robust_list, 0, &list, &length);
#if defined(__x86_64__)
  result child = CALL5(__NR_clone, CHILD_SETTID | CHILD_CLEARTID | SIGCHLD, 0, 0, tid, 0);
#else
  result child = CALL5(__NR_clone, CHILD_SETTID | CHILD_CLEARTID | SIGCHLD, 0, 0, 0, tid);
#endif
  if (child == 0 && list) CALL2(__NR_set_robust_list, list, length);
  return child;
}

/*
 * Read-only, but where THREADS asks for it the folder of this process's threads: NVIDIA's driver names its own by files
 * there, and doesn't start where it can't (570 and later). The mount of that folder also keeps its inode, to which
 * Landlock's rule is tied.
 */
static void mount_proc(void) {
  static const char proc[] = "/proc", threads[] = "/proc/self/task";
  const long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  const struct mount_attr read_only = {.set = MOUNT_RDONLY};
  if (next(THREADS, 0)) {
    told[NEW_PROC] = CALL5(__NR_mount, "proc", proc, "proc", flags, 0);
    if (told[NEW_PROC] == 0) {
      const result bound = CALL5(__NR_mount, threads, threads, 0, MS_BIND, 0);
      told[THREAD_NAMES] = bound < 0 ? bound : 1;
      told[NEW_PROC] = CALL5(__NR_mount_setattr, AT_FDCWD, proc, 0, &read_only, sizeof read_only);
      return;
    }
    told[THREAD_NAMES] = told[NEW_PROC];
  }
  told[NEW_PROC] = CALL5(__NR_mount, "proc", proc, "proc", flags | MS_RDONLY, 0);
}

static void fork_away(void) {
  int line[2] = {-1, -1};
  if (CALL4(__NR_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line) < 0) end(EXIT_FORK);
  /* What reaches the app's whole group, such as Ctrl-C, is the app's to answer. */
  const u64 all = ~0UL;
  u64 mask = 0;
  CALL4(__NR_rt_sigprocmask, SIG_SETMASK, &all, &mask, sizeof all);
  /* Entering a user namespace clears it: so not before. */
  told[DIES_WITH] = CALL5(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  long child = fork_once();
  if (child < 0) end(EXIT_FORK);
  CALL1(__NR_close, line[child > 0]);
  if (child > 0) relay(child, line[0], mask);

  /* Out of the app's process group, which a signal to the group would reach from here. */
  CALL0(__NR_setsid);
  CALL5(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
  result dies = CALL5(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (dies < 0) told[DIES_WITH] = dies;
  CALL4(__NR_rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof mask);
  /* If there is no answer the parent has died, perhaps before its signal could come. */
  struct attempts attempts;
  CALL3(__NR_write, line[1], "", 1);
  if (!read_all(line[1], (char *)&attempts, sizeof attempts)) end(EXIT_FORK);
  CALL1(__NR_close, line[1]);
  told[MEMORY_READ] = attempts.memory_read;
  told[MEMORY_OPEN] = attempts.memory_open;
  told[RELAY] = attempts.relay;

  /* The parent's /proc still is mounted, which has this process by its number there. */
  char number[32];
  result length = CALL4(__NR_readlinkat, AT_FDCWD, "/proc/self", number, sizeof number);
  for (long i = 0; i < length && number[i] >= '0' && number[i] <= '9'; i++)
    told[OUTER] = told[OUTER] * 10 + number[i] - '0';
  told[NEW_PROC] = told[PROCESSES] < 0 ? told[PROCESSES] : told[MOUNTS];
  if (told[NEW_PROC] == 0) mount_proc();
  told[TRACER] = tracer();
  if (told[TRACER] > 0) end(EXIT_TRACED);
}

/* ---- 4. What is left to it ---- */

static u64 landlock_rights(long abi) {
  u64 rights = FS_ALL_1;
  if (abi >= 2) rights |= FS_REFER;
  if (abi >= 3) rights |= FS_TRUNCATE;
  if (abi >= 5) rights |= FS_IOCTL_DEV;
  return rights;
}

static void allow(result ruleset, const char *path, u64 access) {
  result place = CALL4(__NR_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC, 0);
  if (place < 0) {
    told[LANDLOCK_MISSING]++;
    return;
  }
  struct landlock_path rule = {access, (s32)place};
  result done = CALL4(__NR_landlock_add_rule, ruleset, LANDLOCK_PATH_BENEATH, &rule, 0);
  if (done == -EINVAL) {
    /* Not a folder. */
    rule.access &= FS_FILE_ONLY;
    done = CALL4(__NR_landlock_add_rule, ruleset, LANDLOCK_PATH_BENEATH, &rule, 0);
  }
  if (done == 0) told[LANDLOCK_RULES]++;
  else if (told[LANDLOCK] == 0) told[LANDLOCK] = done;
  CALL1(__NR_close, place);
}

static void allow_all(result ruleset, enum kind kind, u64 access) {
  for (const struct record *path = 0; (path = next(kind, path));) allow(ruleset, path->bytes, access);
}

static void restrict_files(void) {
  long abi = told[LANDLOCK_ABI] = CALL3(__NR_landlock_create_ruleset, 0, 0, LANDLOCK_VERSION);
  if (abi < 0) {
    told[LANDLOCK] = abi;
    return;
  }
  const u64 rights = landlock_rights(abi);
  const struct landlock_attr attributes = {rights, abi >= 4 ? 3 : 0, abi >= 6 ? 3 : 0};
  const size known = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  result ruleset = CALL3(__NR_landlock_create_ruleset, &attributes, known, 0);
  if (ruleset < 0) {
    told[LANDLOCK] = ruleset;
    return;
  }
  const u64 owner = rights & ~(FS_EXECUTE | FS_MAKE_CHAR | FS_MAKE_BLOCK | FS_IOCTL_DEV);
  allow_all(ruleset, READ, FS_READ_FILE | FS_READ_DIR);
  allow_all(ruleset, EXECUTE, FS_READ_FILE);
  allow_all(ruleset, DEVICE, (FS_READ_FILE | FS_WRITE_FILE | FS_IOCTL_DEV) & rights);
  /* Where no tmpfs could be mounted, what lies there is the user's, and stays out of reach. */
  if (told[COVERED] == 0 && told[MOUNTS] == 0) allow_all(ruleset, COVER, owner);
  allow_all(ruleset, DIRECTORY, owner);
  if (next(THREADS, 0)) allow(ruleset, "/proc/self/task", (FS_WRITE_FILE | FS_TRUNCATE) & rights);
  if (told[LANDLOCK] == 0) told[LANDLOCK] = CALL2(__NR_landlock_restrict_self, ruleset, 0);
  CALL1(__NR_close, ruleset);
}

static void filter_calls(void) {
  const struct record *filter = next(FILTER, 0);
  if (!filter) {
    told[SECCOMP] = -ENOENT;
    return;
  }
  const struct bpf_program program = {(unsigned short)(filter->length / 8), filter->bytes};
  told[SECCOMP] = CALL3(__NR_seccomp, SECCOMP_SET_FILTER, 0, &program);
}

/* ---- In order ---- */

/* For the worker: what was done, in memory that nobody can change any more, in the configuration's place. */
static void tell(void) {
  const long flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  result file = CALL2(__NR_memfd_create, "jail", flags | MFD_NOEXEC_SEAL);
  /* Kernels before 6.3 don't know the last. */
  if (file < 0) file = CALL2(__NR_memfd_create, "jail", flags);
  if (file < 0) return;
  CALL3(__NR_write, file, told, sizeof told);
  CALL3(__NR_fcntl, file, F_ADD_SEALS, F_SEAL_ALL);
  if (file != DOOR) {
    CALL3(__NR_dup3, file, DOOR, O_CLOEXEC);
    CALL1(__NR_close, file);
  }
}

/* True if this process is the vault that the app starts. Its environment then loses what brought this file in. */
static int is_vault(void) {
  int found = 0;
  if (!&environ || !environ) return 0;
  for (char **entry = environ; *entry; entry++) found |= begins(*entry, "STRONGROOM_JAIL=");
  if (!found) return 0;
  char **to = environ, **from = environ;
  for (; *from; from++)
    if (!begins(*from, "STRONGROOM_JAIL=") && !begins(*from, "LD_PRELOAD=")) *to++ = *from;
  *to = 0;
  /* The kernel leaves it behind the environment. */
  auxiliary = (const u64 *)(from + 1);
  return 1;
}

__attribute__((constructor)) static void jail(void) {
  if (!is_vault()) return;
  told[MAGIC] = MAGIC_VALUE;
  /* Until here nobody has been told anything: without a configuration there is no vault. */
  if (!read_configuration()) end(EXIT_CONFIGURATION);

  /* Root can have the other namespaces without a user namespace, in which it would lose its files; unless it has been
     denied that, as in most containers. */
  const int root = CALL0(__NR_geteuid) == 0;
  told[USER] = 1;
  if (!root) enter_user_namespace();
  close_door_to_debuggers();
  close_descriptors();
  enter_namespaces();
  if (root && told[MOUNTS] < 0) {
    enter_user_namespace();
    enter_namespaces();
  }
  change_mounts();
  fork_away();
  enter_directory();
  drop_capabilities();
  restrict_files();
  filter_calls();
  tell();
}
