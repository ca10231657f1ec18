/* Writes WORD, 4096 times, into the working directory in the way that its first argument names. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORD "plaintext"
enum { LENGTH = 4096 * (sizeof WORD - 1) };

static char text[LENGTH];

static int check(int result, const char *what) {
  if (result < 0) {
    perror(what);
    exit(1);
  }
  return result;
}

static int create(const char *name) { return check(open(name, O_RDWR | O_CREAT | O_TRUNC, 0600), name); }

static void put(int file) { check(write(file, text, LENGTH) == LENGTH ? 0 : -1, "write"); }

static void map_into(int file) {
  check(ftruncate(file, LENGTH), "ftruncate");
  char *map = mmap(0, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  memcpy(map, text, LENGTH);
  munmap(map, LENGTH);
}

int main(int count, char **arguments) {
  const char *way = count > 1 ? arguments[1] : "";
  for (int i = 0; i < LENGTH; i++) text[i] = WORD[i % (int)(sizeof WORD - 1)];
#define IS(name) (strcmp(way, name) == 0)
  if (IS("plain")) put(create("plain.bin"));
  else if (IS("openat2")) {
    unsigned long how[3] = {O_WRONLY | O_CREAT, 0600, 0};
    put(check((int)syscall(SYS_openat2, AT_FDCWD, "openat2.bin", how, sizeof how), "openat2"));
  } else if (IS("mmap")) map_into(create("mapped.bin"));
  else if (IS("tmpfile")) {
    int file = check(open(".", O_TMPFILE | O_RDWR, 0640), "O_TMPFILE");
    put(file);
    struct stat status;
    check(fstat(file, &status), "fstat");
    return (status.st_mode & 0777) == 0600 ? 0 : 2; /* The test's mask is 077. */
  } else if (IS("tmpfile-linked")) {
    int file = check(open(".", O_TMPFILE | O_WRONLY, 0600), "O_TMPFILE");
    put(file);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    check(linkat(AT_FDCWD, path, AT_FDCWD, "linked.bin", AT_SYMLINK_FOLLOW), "linkat");
  } else if (IS("memfd")) put(check(memfd_create("secret", 0), "memfd_create"));
  else if (IS("memfd-mapped")) map_into(check(memfd_create("mapped", MFD_CLOEXEC), "memfd_create"));
  else if (IS("shm")) map_into(check(shm_open("/strongroom-audit-test", O_RDWR | O_CREAT, 0600), "shm_open"));
  else if (IS("sendfile")) {
    int from = create("from.bin");
    put(from);
    lseek(from, 0, SEEK_SET);
    check((int)sendfile(create("sent.bin"), from, 0, LENGTH), "sendfile");
  } else if (IS("rename-over")) {
    put(create("old.bin"));
    check((int)write(create("new.bin"), "short", 5), "write");
    check(rename("new.bin", "old.bin"), "rename");
  } else if (IS("unlink")) {
    put(create("removed.bin"));
    check(unlink("removed.bin"), "unlink");
  } else if (IS("unlink-open")) {
    int file = create("open.bin");
    check(write(file, "x", 1) == 1 ? 0 : -1, "write");
    check(unlink("open.bin"), "unlink");
    lseek(file, 0, SEEK_SET);
    put(file);
  } else if (IS("unlink-empty")) {
    int file = create("empty.bin");
    check(unlink("empty.bin"), "unlink");
    put(file);
  } else if (IS("replace-empty")) {
    int file = create("empty.bin");
    check((int)write(create("new.bin"), "short", 5), "write");
    check(rename("new.bin", "empty.bin"), "rename");
    put(file);
  } else if (IS("cut")) {
    put(create("cut.bin"));
    check((int)write(create("cut.bin"), "short", 5), "write");
  } else if (IS("ftruncate")) {
    int file = create("shortened.bin");
    put(file);
    check(ftruncate(file, 5), "ftruncate");
  } else if (IS("hard-link")) {
    put(create("one.bin"));
    check(link("one.bin", "two.bin"), "link");
    check(unlink("one.bin"), "unlink");
  } else if (IS("fork-exec")) {
    if (check(fork(), "fork") == 0) {
      if (check(fork(), "fork") == 0) execl(arguments[0], arguments[0], "plain", (char *)0);
      _exit(0); /* What it started has another parent by then. */
    }
    wait(0);
  } else if (IS("relative-folder")) {
    check(mkdir("folder", 0700), "mkdir");
    int folder = check(open("folder", O_RDONLY | O_DIRECTORY), "open");
    put(check(openat(folder, "inside.bin", O_WRONLY | O_CREAT, 0600), "openat"));
    check(rename("folder", "renamed"), "rename");
  } else if (IS("link")) {
    check(symlink("target.bin", "link.bin"), "symlink");
    put(create("link.bin"));
  } else if (IS("link-removed")) {
    check(symlink("target.bin", "second.bin"), "symlink");
    check(symlink("second.bin", "first.bin"), "symlink");
    put(create("first.bin"));
    check(unlink("first.bin"), "unlink");
    check(unlink("second.bin"), "unlink");
  } else if (IS("link-up")) {
    check(mkdir("deep", 0700), "mkdir");
    check(mkdir("deep/inner", 0700), "mkdir");
    check(symlink("deep/inner", "link"), "symlink");
    put(create("link/../up.bin"));
    check(unlink("link"), "unlink");
  } else if (IS("descriptor-link")) {
    put(create("again.bin"));
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", check(open("again.bin", O_RDONLY), "open"));
    check(symlink(path, "link.bin"), "symlink");
    check((int)write(check(open("link.bin", O_WRONLY | O_TRUNC), "link.bin"), "short", 5), "write");
  } else if (IS("descriptor-path")) {
    int file = create("again.bin");
    put(file);
    char path[64];
    snprintf(path, sizeof path, "/dev/fd/%d", file);
    check((int)write(check(open(path, O_WRONLY | O_TRUNC), path), "short", 5), "write");
  } else if (IS("rename-fails")) {
    put(create("stays.bin"));
    check(rename("stays.bin", "missing/b.bin") == -1 ? 0 : -1, "rename into nothing");
    check(mkdir("folder", 0700), "mkdir");
    check(rename("stays.bin", "folder") == -1 ? 0 : -1, "rename onto a folder");
  } else if (IS("rename-fails-onto")) {
    put(create("one.bin"));
    check(mkdir("two.bin", 0700), "mkdir");
    check(rename("one.bin", "two.bin") == -1 ? 0 : -1, "rename onto a folder");
    check(rmdir("two.bin"), "rmdir");
    check((int)write(create("two.bin"), "short", 5), "write");
  } else if (IS("overwrite")) {
    int file = create("overwritten.bin");
    put(file);
    memset(text, '.', LENGTH);
    lseek(file, 0, SEEK_SET);
    put(file);
  } else if (IS("io_uring")) {
    char parameters[120] = {0};
    check(syscall(SYS_io_uring_setup, 8, parameters) == -1 ? 0 : -1, "io_uring_setup was not refused");
#if defined(__x86_64__)
  } else if (IS("32-bit")) {
    int result; /* getpid(2) by the gate of 32-bit programs */
    __asm__ volatile("int $0x80" : "=a"(result) : "0"(20) : "r8", "r9", "r10", "r11", "memory");
    check(result < 0 ? 0 : -1, "a 32-bit call was not refused");
#endif
  } else if (IS("closed")) {
    check(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "prctl");
    put(create("closed.bin"));
  } else if (IS("mounts")) {
    check(unshare(getuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS), "unshare");
    check(mkdir("mount", 0700), "mkdir");
    check(mount("none", "/", 0, MS_REC | MS_PRIVATE, 0), "mount");
    check(mount("private", "mount", "tmpfs", 0, 0), "mount");
    put(create("mount/inside.bin"));
    check(chdir("mount"), "chdir");
    put(create("below.bin"));
    check(unlink("below.bin"), "unlink");
    check(mkdir("deep", 0700), "mkdir");
    check(symlink("deep/target.bin", "link.bin"), "symlink");
    put(create("link.bin"));
    check(open("missing/file", O_WRONLY | O_CREAT, 0600) == -1 ? 0 : -1, "open");
  } else return 3;
  return 0;
}
