/* What is mounted, in its own mount namespace. */
#include "jail.h"

void change_mounts(void) {
  for (int step = PRIVATE_MOUNTS; step <= COVERED; step++) told[step] = told[MOUNTS];
  if (told[MOUNTS] < 0) return;
  told[PRIVATE_MOUNTS] = CALL5(__NR_mount, "none", "/", 0, MS_REC | MS_PRIVATE, 0);
  if (told[PRIVATE_MOUNTS] < 0) {
    /* What is mounted in a shared mount would be seen outside. */
    told[READ_ONLY] = told[COVERED] = told[PRIVATE_MOUNTS];
    return;
  }
  const struct mount_attr attributes = {.set = MOUNT_RDONLY | MOUNT_NOSUID};
  told[READ_ONLY] = CALL5(__NR_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &attributes, sizeof attributes);
  const struct record *options = next(TMPFS, 0);
  told[COVERED] = 0;
  for (const struct record *path = 0; (path = next(COVER, path));) {
    result done = CALL5(__NR_mount, "vault", path->bytes, "tmpfs", MS_NOSUID | MS_NODEV, options ? options->bytes : 0);
    if (done == 0) told[COVERS]++;
    else if (told[COVERED] == 0) told[COVERED] = done;
  }
}

void enter_directory(void) {
  const struct record *directory = next(DIRECTORY, 0);
  if (!directory) return;
  told[MADE] = CALL3(__NR_mkdirat, AT_FDCWD, directory->bytes, 0700);
  if (told[MADE] == -EEXIST) told[MADE] = 0;
  told[ENTERED] = CALL1(__NR_chdir, directory->bytes);
}

/*
 * Read-only, but where THREADS asks for it the folder of this process's threads: NVIDIA's driver names its own by files
 * there, and doesn't start where it can't (570 and later). The mount of that folder also keeps its inode, to which
 * Landlock's rule is tied.
 */
void mount_proc(void) {
  static const char proc[] = "/proc", threads[] = "/proc/self/task";
  const long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  const struct mount_attr read_only = {.set = MOUNT_RDONLY};
  if (next(THREADS, 0)) {
    told[NEW_PROC] = CALL5(__NR_mount, "proc", proc, "proc", flags, 0);
    if (told[NEW_PROC] == 0) {
      const result bound = CALL5(__NR_mount, threads, threads, 0, MS_BIND, 0);
      told[THREAD_NAMES] = bound < 0 ? bound : 1;
      told[NEW_PROC] = CALL5(__NR_mount_setattr, AT_FDCWD, proc, 0, &read_only, sizeof read_only);
      return;
    }
    told[THREAD_NAMES] = told[NEW_PROC];
  }
  told[NEW_PROC] = CALL5(__NR_mount, "proc", proc, "proc", flags | MS_RDONLY, 0);
}
