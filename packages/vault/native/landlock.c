/* Landlock: which files it may read, and where it may write. */
#include "jail.h"

static u64 landlock_rights(long abi) {
  u64 rights = FS_ALL_1;
  if (abi >= 2) rights |= FS_REFER;
  if (abi >= 3) rights |= FS_TRUNCATE;
  if (abi >= 5) rights |= FS_IOCTL_DEV;
  return rights;
}

static void allow(result ruleset, const char *path, u64 access) {
  result place = CALL4(__NR_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC, 0);
  if (place < 0) {
    told[LANDLOCK_MISSING]++;
    return;
  }
  struct landlock_path rule = {access, (s32)place};
  result done = CALL4(__NR_landlock_add_rule, ruleset, LANDLOCK_PATH_BENEATH, &rule, 0);
  if (done == -EINVAL) {
    /* Not a folder. */
    rule.access &= FS_FILE_ONLY;
    done = CALL4(__NR_landlock_add_rule, ruleset, LANDLOCK_PATH_BENEATH, &rule, 0);
  }
  if (done == 0) told[LANDLOCK_RULES]++;
  else if (told[LANDLOCK] == 0) told[LANDLOCK] = done;
  CALL1(__NR_close, place);
}

static void allow_all(result ruleset, enum kind kind, u64 access) {
  for (const struct record *path = 0; (path = next(kind, path));) allow(ruleset, path->bytes, access);
}

void restrict_files(void) {
  long abi = told[LANDLOCK_ABI] = CALL3(__NR_landlock_create_ruleset, 0, 0, LANDLOCK_VERSION);
  if (abi < 0) {
    told[LANDLOCK] = abi;
    return;
  }
  const u64 rights = landlock_rights(abi);
  const struct landlock_attr attributes = {rights, abi >= 4 ? 3 : 0, abi >= 6 ? 3 : 0};
  const size known = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  result ruleset = CALL3(__NR_landlock_create_ruleset, &attributes, known, 0);
  if (ruleset < 0) {
    told[LANDLOCK] = ruleset;
    return;
  }
  const u64 owner = rights & ~(FS_EXECUTE | FS_MAKE_CHAR | FS_MAKE_BLOCK | FS_IOCTL_DEV);
  allow_all(ruleset, READ, FS_READ_FILE | FS_READ_DIR);
  allow_all(ruleset, EXECUTE, FS_READ_FILE);
  allow_all(ruleset, DEVICE, (FS_READ_FILE | FS_WRITE_FILE | FS_IOCTL_DEV) & rights);
  /* Where no tmpfs could be mounted, what lies there is the user's, and stays out of reach. */
  if (told[COVERED] == 0 && told[MOUNTS] == 0) allow_all(ruleset, COVER, owner);
  allow_all(ruleset, DIRECTORY, owner);
  if (next(THREADS, 0)) allow(ruleset, "/proc/self/task", (FS_WRITE_FILE | FS_TRUNCATE) & rights);
  if (told[LANDLOCK] == 0) told[LANDLOCK] = CALL2(__NR_landlock_restrict_self, ruleset, 0);
  CALL1(__NR_close, ruleset);
}
