/*
 * A jail that is careless: preloaded into a program, it enters namespaces without an exec, closes the process, forks,
 * and waits in the parent, as the vault's does. But the parent keeps its rights. The child goes on with the program, on
 * a tmpfs of its own over the folder that CARELESS_PLACE names.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Here, and not in the C library: in the code of this file. */
static long wait_for(long child) {
#if defined(__x86_64__)
  register long r10 __asm__("r10") = 0;
  long value;
  __asm__ volatile("syscall" : "=a"(value) : "a"(SYS_wait4), "D"(child), "S"(0), "d"(0), "r"(r10) : "rcx", "r11", "memory");
  return value;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = SYS_wait4;
  register long x0 __asm__("x0") = child;
  register long x1 __asm__("x1") = 0;
  register long x2 __asm__("x2") = 0;
  register long x3 __asm__("x3") = 0;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory", "cc");
  return x0;
#endif
}

static int put(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  ssize_t written = file < 0 ? -1 : write(file, text, strlen(text));
  if (file >= 0) close(file);
  return written > 0;
}

__attribute__((constructor)) static void jail(void) {
  const char *place = getenv("CARELESS_PLACE");
  unsigned user = getuid(), group = getgid();
  char users[64], groups[64];
  snprintf(users, sizeof users, "%u %u 1", user, user);
  snprintf(groups, sizeof groups, "%u %u 1", group, group);
  if (!place || unshare(CLONE_NEWUSER) != 0) _exit(41);
  if (!put("/proc/self/setgroups", "deny") || !put("/proc/self/uid_map", users) || !put("/proc/self/gid_map", groups)) _exit(42);
  /* The vault's reads what it is to do. */
  usleep(20000);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) _exit(43);
  if (mount("careless", place, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700") != 0) _exit(44);
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  pid_t child = fork();
  if (child < 0) _exit(45);
  if (child == 0) {
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return;
  }
  for (int descriptor = 0; descriptor < 256; descriptor++) close(descriptor);
  while (wait_for(child) < 0) {
  }
  _exit(0);
}
