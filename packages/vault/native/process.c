/* The process itself: who looks in, what it inherits, what it may do. */
#include "jail.h"

void end_process(int code) {
  for (;;) CALL1(__NR_exit_group, code);
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

void refuse_tracer(void) {
  told[TRACER] = tracer();
  if (told[TRACER] > 0) end_process(EXIT_TRACED);
}

void close_door_to_debuggers(void) {
  told[NOT_DUMPABLE] = CALL5(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
  refuse_tracer();
  const struct {
    u64 soft, hard;
  } none = {0, 0};
  told[NO_CORE] = CALL4(__NR_prlimit64, 0, RLIMIT_CORE, &none, 0);
}

void close_descriptors(void) {
  told[DESCRIPTORS] = CALL3(__NR_close_range, DOOR + 1, ~0U, 0);
  if (told[DESCRIPTORS] < 0) {
    /* Older kernels lack it, and older filters of containers refuse it. */
    for (long descriptor = DOOR + 1; descriptor < 65536; descriptor++) CALL1(__NR_close, descriptor);
    told[DESCRIPTORS] = 0;
  }
}

/* A user's capabilities in its own namespace, in the set from which programs take theirs, and by programs' files. */
void drop_capabilities(void) {
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
