/*
 * Starts a program that can't change a file without being seen. Between its making and execve(2) the new process sets a
 * filter of seccomp(2): calls that create, open for writing, cut, rename, link or remove files stop until watch.c has
 * looked at them, all other calls run at full speed, and every process that it makes has the filter too.
 */
#include "watch.h"

struct instruction {
  unsigned short code;
  unsigned char if_true, if_false;
  u32 value;
};

/* linux/bpf_common.h, linux/seccomp.h */
#define LOAD(offset) {0x20, 0, 0, offset}
#define EQUAL(value, if_true, if_false) {0x15, if_true, if_false, value}
#define AT_LEAST(value, if_true, if_false) {0x35, if_true, if_false, value}
#define ANY_BIT(value, if_true, if_false) {0x45, if_true, if_false, value}
#define GIVE(value) {0x06, 0, 0, value}
#define ASK GIVE(0x7fc00000U)
#define ALLOW GIVE(0x7fff0000U)
#define LOW(argument) (16 + 8 * (argument))

#define ALWAYS(number) EQUAL((u32)(number), 0, 1), ASK
/* Only if the argument has one of the bits, and only if it has none. */
#define WITH(number, argument, bits) EQUAL((u32)(number), 0, 4), LOAD(LOW(argument)), ANY_BIT(bits, 0, 1), ASK, ALLOW
#define UNLESS(number, argument, value) EQUAL((u32)(number), 0, 4), LOAD(LOW(argument)), EQUAL(value, 1, 0), ASK, ALLOW
#define WITHOUT(number, argument, bits) EQUAL((u32)(number), 0, 4), LOAD(LOW(argument)), ANY_BIT(bits, 1, 0), ASK, ALLOW

/* In an argument that execve(2) doesn't have: the first, before there is anybody who could look at it. */
#define FIRST_PROGRAM 0x53524131U
#define NEW_MOUNTS 0x20000U /* CLONE_NEWNS */
/* 3: what open(2) refuses with EINVAL, or takes for both. */
#define CHANGES (O_WRITES | O_CREAT | O_TRUNC | O_TMPFILE_BIT)

static const struct instruction filter[] = {
    LOAD(4), /* The architecture: calls of others aren't known here, and are refused and told. */
    EQUAL(AUDIT_ARCHITECTURE, 1, 0),
    ASK,
    LOAD(0),
    AT_LEAST(X32_BIT, 0, 1),
    ASK,
    WITH(__NR_openat, 2, CHANGES),
#if defined(__x86_64__)
    WITH(__NR_open, 1, CHANGES),
    ALWAYS(__NR_creat),
    ALWAYS(__NR_rename),
    ALWAYS(__NR_unlink),
    ALWAYS(__NR_link),
#endif
    WITHOUT(__NR_unlinkat, 2, AT_REMOVEDIR),
    /* Its modes but the plain one, and that which keeps the size, take away what was there. */
    WITH(__NR_fallocate, 1, ~1U),
    ALWAYS(__NR_openat2),
    ALWAYS(__NR_open_by_handle_at),
    ALWAYS(__NR_truncate),
    ALWAYS(__NR_ftruncate),
    ALWAYS(__NR_renameat),
    ALWAYS(__NR_renameat2),
    ALWAYS(__NR_linkat),
    ALWAYS(__NR_memfd_create),
    ALWAYS(__NR_io_uring_setup),
    /* These change nothing but what is known of the caller. */
    UNLESS(__NR_execve, 5, FIRST_PROGRAM),
    ALWAYS(__NR_execveat),
    ALWAYS(__NR_chdir),
    ALWAYS(__NR_fchdir),
    ALWAYS(__NR_chroot),
    ALWAYS(__NR_pivot_root),
    ALWAYS(__NR_setns),
    WITH(__NR_unshare, 0, NEW_MOUNTS),
    ALLOW,
};

static const struct {
  unsigned short length;
  const void *instructions;
} program = {sizeof filter / sizeof filter[0], filter};

#define CLONE_VM 0x100UL
#define CLONE_FILES 0x400UL
#define CLONE_VFORK 0x4000UL
#define SIGCHLD 17UL
#define SIGTERM 15
#define SIG_SETMASK 2
#define F_DUPFD_CLOEXEC 1030L
#define PR_SET_PDEATHSIG 1L
#define PR_SET_NO_NEW_PRIVS 38L
#define SECCOMP_SET_FILTER 1L
#define NEW_LISTENER 8UL
#define ONLY_KILLS_INTERRUPT 32UL /* SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, Linux 5.19 */

struct command {
  const char *program;
  char *const *arguments, *const *environment;
  const char *folder;
  s32 standard[3];
  s32 listener; /* out */
  s32 failed;   /* out: an errno */
};

static result set_filter(void) {
  result listener = CALL4(__NR_seccomp, SECCOMP_SET_FILTER, NEW_LISTENER | ONLY_KILLS_INTERRUPT, &program, 0);
  return listener == -EINVAL ? CALL4(__NR_seccomp, SECCOMP_SET_FILTER, NEW_LISTENER, &program, 0) : listener;
}

/* In the new process, which shares this one's memory and descriptors until execve(2): so is the listener passed on. */
static void become(struct command *command) {
  const u64 nothing[4] = {0};
  /* Node ignores some signals, and what is ignored stays so in the new program. */
  for (long signal = 1; signal <= 64; signal++) CALL4(__NR_rt_sigaction, signal, nothing, 0, 8);
  CALL2(__NR_prctl, PR_SET_PDEATHSIG, SIGTERM);
  result done = command->folder ? CALL1(__NR_chdir, command->folder) : 0;
  if (done >= 0) done = set_filter();
  if (done == -EACCES) {
    /* Without privileges a filter is only for who can't gain any: set-user-ID programs get none. */
    CALL5(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    done = set_filter();
  }
  if (done >= 0) {
    command->listener = (s32)done;
    /* Now a table of its own, so that the standard descriptors can change. */
    done = CALL1(__NR_unshare, CLONE_FILES);
  }
  /* First out of one another's way. */
  result standard[3];
  for (int index = 0; index < 3 && done >= 0; index++)
    done = standard[index] = CALL3(__NR_fcntl, command->standard[index], F_DUPFD_CLOEXEC, 3);
  for (int index = 0; index < 3 && done >= 0; index++) done = CALL3(__NR_dup3, standard[index], index, 0);
  if (done >= 0) {
    const u64 none = 0;
    CALL4(__NR_rt_sigprocmask, SIG_SETMASK, &none, 0, 8);
    done = CALL6(__NR_execve, command->program, command->arguments, command->environment, 0, 0, FIRST_PROGRAM);
  }
  command->failed = (s32)-done;
  for (;;) CALL1(__NR_exit_group, 127);
}

/* Gives the new process's number, with `listener` set, or -errno. Not for several threads at once. */
__attribute__((visibility("default"))) long strongroom_start(struct command *command) {
  const u64 all = ~0UL;
  u64 before = 0;
  command->listener = -1;
  command->failed = 0;
  /* No handler may run in the new process, which would run it in this one's memory. */
  CALL4(__NR_rt_sigprocmask, SIG_SETMASK, &all, &before, 8);
  /* As vfork(2): this thread sleeps until the new process has become its program. */
  result child = CALL5(__NR_clone, CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) become(command);
  CALL4(__NR_rt_sigprocmask, SIG_SETMASK, &before, 0, 8);
  if (child < 0 || command->failed == 0) return child;
  CALL4(__NR_wait4, child, 0, 0, 0);
  if (command->listener >= 0) close_file(command->listener);
  return -command->failed;
}
