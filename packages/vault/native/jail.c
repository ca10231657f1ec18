/*
 * The vault's door on Linux. What this folder holds is preloaded into Node, and this runs before main, while the process has
 * one thread and no secret. It takes away from the process, in this order, what an engine doesn't need, and tells the result
 * of every step, which the vault's worker reads before it takes a key:
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
 * No C library: only system calls, so that one object serves glibc and musl, and all that it does can be read in this
 * folder: jail.h names the file of each step.
 */
#include "jail.h"
#include "programs.h"

long told[STEPS];
const u64 *auxiliary;

/* Of whichever C library is there, found when this file is loaded. */
extern char **environ __attribute__((weak));

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
  if (!read_configuration()) end_process(EXIT_CONFIGURATION);

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
