/* Namespaces of its own: the user namespace first, by which it may have the others. */
#include "jail.h"

static result write_file(const char *path, const char *text) {
  result file = CALL4(__NR_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
  if (file < 0) return file;
  result written = CALL3(__NR_write, file, text, length_of(text));
  CALL1(__NR_close, file);
  return written < 0 ? written : 0;
}

void enter_user_namespace(void) {
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

void enter_namespaces(void) {
  if (told[USER] < 0) {
    for (int step = MOUNTS; step <= PROCESSES; step++) told[step] = told[USER];
    return;
  }
  told[MOUNTS] = CALL1(__NR_unshare, NEW_NS);
  told[NETWORK] = CALL1(__NR_unshare, NEW_NET);
  told[IPC] = CALL1(__NR_unshare, NEW_IPC);
  told[PROCESSES] = CALL1(__NR_unshare, NEW_PID);
}
