/* The fork: a new memory map, which nobody has opened; and the parent half, which relays how the child ends. */
#include "jail.h"

/* Of whichever C library is there, found when this file is loaded. */
extern int fork(void) __attribute__((weak));

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

/*
 * The relay's memory is the one from before the fork: who opened its /proc/PID/mem then can write code into it. So it
 * keeps no right with which such code could do more than the attacker can anyway: it can't exec, enter a namespace, open
 * a file or make another process.
 */
static long leave_nothing_but_waiting(void) {
  drop_capabilities();
  const result filtered = allow_waiting_only();
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
  if (ended < 0) end_process(EXIT_FORK);
  int signal = status & 127;
  if (signal == 0) end_process((status >> 8) & 255);
  CALL4(__NR_rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof mask);
  CALL2(__NR_kill, CALL0(__NR_getpid), signal);
  /* Signals that a program must ask to die of. */
  end_process(128 + signal);
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

void fork_away(void) {
  int line[2] = {-1, -1};
  if (CALL4(__NR_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line) < 0) end_process(EXIT_FORK);
  /* What reaches the app's whole group, such as Ctrl-C, is the app's to answer. */
  const u64 all = ~0UL;
  u64 mask = 0;
  CALL4(__NR_rt_sigprocmask, SIG_SETMASK, &all, &mask, sizeof all);
  /* Entering a user namespace clears it: so not before. */
  told[DIES_WITH] = CALL5(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  long child = fork_once();
  if (child < 0) end_process(EXIT_FORK);
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
  if (!read_all(line[1], (char *)&attempts, sizeof attempts)) end_process(EXIT_FORK);
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
  refuse_tracer();
}
