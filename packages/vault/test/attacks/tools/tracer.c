/*
 * A debugger that is there before the start: runs a program and traces it and all that it starts. When LOOT/go is there
 * it copies the memory of every one of them to LOOT; then LOOT/done. Its first argument is LOOT, the rest the program.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t traced[4096];
static int count;

static void add(pid_t pid) {
  for (int i = 0; i < count; i++)
    if (traced[i] == pid) return;
  if (count < 4096) traced[count++] = pid;
}

static void copy_memory(const char *loot, pid_t pid) {
  char path[512], line[512];
  static char piece[1 << 20];
  snprintf(path, sizeof path, "/proc/%d/maps", pid);
  FILE *maps = fopen(path, "r");
  if (!maps) return;
  snprintf(path, sizeof path, "%s/dump-%d", loot, pid);
  FILE *dump = fopen(path, "w");
  while (dump && fgets(line, sizeof line, maps)) {
    unsigned long from, to;
    char read, write;
    if (sscanf(line, "%lx-%lx %c%c", &from, &to, &read, &write) != 4 || read != 'r' || write != 'w') continue;
    for (; from < to; from += sizeof piece) {
      struct iovec here = {piece, sizeof piece}, there = {(void *)from, to - from < sizeof piece ? to - from : sizeof piece};
      ssize_t length = process_vm_readv(pid, &here, 1, &there, 1, 0);
      if (length <= 0) break;
      fwrite(piece, 1, (size_t)length, dump);
    }
  }
  if (dump) fclose(dump);
  fclose(maps);
}

/* Threads share their leader's memory. */
static int leads(pid_t pid) {
  char path[64], line[256];
  int leader = 0;
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *status = fopen(path, "r");
  while (status && fgets(line, sizeof line, status)) sscanf(line, "Tgid:\t%d", &leader);
  if (status) fclose(status);
  return leader == pid;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  char go[512], done[512];
  snprintf(go, sizeof go, "%s/go", argv[1]);
  snprintf(done, sizeof done, "%s/done", argv[1]);
  pid_t program = fork();
  if (program == 0) {
    raise(SIGSTOP);
    execvp(argv[2], argv + 2);
    _exit(127);
  }
  int status;
  waitpid(program, &status, WUNTRACED);
  const long follow = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  if (ptrace(PTRACE_SEIZE, program, 0, follow) != 0) return 3;
  add(program);
  kill(program, SIGCONT);
  int copied = 0;
  for (;;) {
    if (!copied && access(go, F_OK) == 0) {
      for (int i = 0; i < count; i++)
        if (leads(traced[i])) copy_memory(argv[1], traced[i]);
      copied = 1;
      close(open(done, O_WRONLY | O_CREAT, 0600));
    }
    pid_t pid = waitpid(-1, &status, __WALL | WNOHANG);
    if (pid < 0) return errno == ECHILD ? 0 : 4;
    if (pid == 0) {
      usleep(1000);
      continue;
    }
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      if (pid == program) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      continue;
    }
    add(pid);
    /* An event, a group's stop, or a signal to be passed on. */
    ptrace(PTRACE_CONT, pid, 0, status >> 16 ? 0 : WSTOPSIG(status));
  }
}
