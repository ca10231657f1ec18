/* Where another process's path arguments lead: by way of /proc/THREAD, with the working directory and root that it has. */
#include "watch.h"

char *append_number(char *to, unsigned long value) {
  char digits[24];
  int count = 0;
  do digits[count++] = (char)('0' + value % 10);
  while (value /= 10);
  while (count > 0) *to++ = digits[--count];
  *to = 0;
  return to;
}

void proc_path(char *to, u32 thread, const char *name) {
  const char *end = to + PLACE_MAX;
  append(append_number(append(to, end, "/proc/"), thread), end, name);
}

static long read_link_at(long at, const char *path, char *to, size room) {
  result length = CALL4(__NR_readlinkat, at, path, to, room - 1);
  to[length < 0 ? 0 : length] = 0;
  return length;
}

static long read_link(const char *path, char *to, size room) {
  return read_link_at(AT_FDCWD, path, to, room);
}

result status_of(const struct place *place, int flags, struct status *status) {
  return CALL5(__NR_statx, place->at, place->here, flags, STATUS_BASIC, status);
}

result read_memory(u32 thread, u64 address, void *to, size length) {
  const struct {
    void *base;
    size length;
  } here = {to, length}, there = {(void *)address, length};
  return CALL6(__NR_process_vm_readv, thread, &here, 1, &there, 1, 0);
}

/* Never over the end of a page, behind which there may be nothing; most paths are short. */
static int read_text(u32 thread, u64 address, char *to, size room) {
  size done = 0;
  while (done < room) {
    size part = 4096 - (size)(address + done) % 4096, most = done == 0 ? 256 : room - done;
    if (part > most) part = most;
    result count = read_memory(thread, address + done, to + done, part);
    if (count <= 0) return count < 0 ? (int)-count : EACCES;
    for (size end = done + (size)count; done < end; done++)
      if (to[done] == 0) return 0;
  }
  to[room - 1] = 0;
  return 0;
}

static const char *after(const char *text, const char *start) {
  while (*start)
    if (*text++ != *start++) return 0;
  return text;
}

static int has_other_mounts(u32 thread) {
  static char own[64];
  char name[PLACE_MAX], theirs[64];
  if (!own[0]) read_link("/proc/self/ns/mnt", own, sizeof own);
  proc_path(name, thread, "/ns/mnt");
  if (read_link(name, theirs, sizeof theirs) < 0) return 0;
  const char *rest = after(theirs, own);
  return !rest || *rest;
}

/* The number after a label of /proc/THREAD/status, of the field'th column. */
long read_number(u32 thread, const char *label, int field, int base) {
  char path[PLACE_MAX], text[2048];
  proc_path(path, thread, "/status");
  result file = CALL4(__NR_openat, AT_FDCWD, path, O_CLOEXEC, 0);
  if (file < 0) return file;
  result length = CALL3(__NR_read, file, text, sizeof text - 1);
  close_file(file);
  text[length < 0 ? 0 : length] = 0;
  for (const char *at = text; *at; at++) {
    const char *name = label;
    while (*name && *at == *name) at++, name++;
    if (*name) continue;
    for (; field > 0; field--) {
      while (*at >= '0' && *at <= '9') at++;
      while (*at == '\t') at++;
    }
    long value = 0;
    for (; *at >= '0' && *at <= '9'; at++) value = value * base + *at - '0';
    return value;
  }
  return -ENOENT;
}

enum { MOST_USES = 256 };

static void forget(struct caller *caller) {
  caller->uses = 0;
  if (caller->folder[0]) close_file(caller->folder_at);
  caller->folder[0] = 0;
}

void forget_callers(struct memory *memory) {
  for (struct caller *caller = memory->callers; caller < memory->callers + CALLERS; caller++) forget(caller);
}

/*
 * A thread that changes its working directory does that after the look at it, and other threads of its process may call
 * in between: until it calls again, the directory of none of them is remembered; nor anybody's, where it renames a folder,
 * since that changes names. (Processes that share a directory without being threads of one, by clone(2)'s CLONE_FS, aren't
 * known here.)
 */
void expect_move(struct memory *memory, u32 thread, int of_everybody) {
  struct mover *mover = &memory->movers[thread % MOVERS];
  long group = read_number(thread, "Tgid:\t", 0, 10);
  if (group < 0 || (mover->thread && read_number(mover->thread, "Tgid:\t", 0, 10) > 0)) memory->too_many_movers = 1;
  *mover = (struct mover){thread, of_everybody ? EVERYBODY : (u32)group};
  forget_callers(memory);
}

static int may_move(const struct memory *memory, long group) {
  for (const struct mover *mover = memory->movers; mover < memory->movers + MOVERS; mover++)
    if (mover->group == (u32)group || mover->group == EVERYBODY) return 1;
  return group < 0 || memory->too_many_movers;
}

/* At the beginning of each call's look, so that nothing is forgotten during it. */
void use_caller(struct memory *memory, u32 thread) {
  struct caller *caller = &memory->callers[thread % CALLERS];
  if (caller->thread == thread && caller->uses > 0) caller->uses--;
  struct mover *mover = &memory->movers[thread % MOVERS];
  if (mover->thread == thread) mover->thread = mover->group = 0;
}

static void name_program(u32 thread, char *to) {
  char path[PLACE_MAX];
  proc_path(path, thread, "/exe");
  if (read_link(path, to, TEXT_MAX) >= 0) return;
  proc_path(path, thread, "/comm");
  result file = CALL4(__NR_openat, AT_FDCWD, path, O_CLOEXEC, 0);
  if (file < 0) return;
  result length = CALL3(__NR_read, file, to, TEXT_MAX);
  close_file(file);
  to[length > 0 ? length - 1 : 0] = 0; /* It ends with a new line. */
}

static void remember_folder(struct caller *caller) {
  char path[PLACE_MAX];
  proc_path(path, caller->thread, "/cwd");
  result folder = CALL4(__NR_openat, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  if (folder < 0) return;
  caller->folder_at = (s32)folder;
  if (read_link(path, caller->folder, sizeof caller->folder) <= 0) close_file(folder);
}

const struct caller *caller_of(struct memory *memory, u32 thread) {
  struct caller *caller = &memory->callers[thread % CALLERS];
  if (caller->thread == thread && caller->uses > 0) return caller;
  char path[PLACE_MAX];
  forget(caller);
  caller->thread = thread;
  caller->uses = MOST_USES;
  caller->other_mounts = has_other_mounts(thread);
  proc_path(path, thread, "/root");
  read_link(path, caller->root, sizeof caller->root);
  if (caller->root[0] == '/' && caller->root[1] == 0) caller->root[0] = 0;
  name_program(thread, caller->program);
  if (!may_move(memory, read_number(thread, "Tgid:\t", 0, 10))) remember_folder(caller);
  return caller;
}

/* A path that means something else in each process; false for all others. */
static int reach_own(u32 thread, const char *path, char *to, const char *end) {
  static const char ways[][2][20] = {{"/proc/self/", "/"}, {"/proc/thread-self/", "/"}, {"/dev/fd/", "/fd/"}};
  for (size index = 0; index < sizeof ways / sizeof ways[0]; index++) {
    const char *rest = after(path, ways[index][0]);
    if (!rest) continue;
    proc_path(to, thread, ways[index][1]);
    append(to + length_of(to), end, rest);
    return 1;
  }
  return 0;
}

void find_descriptor(u32 thread, long descriptor, struct place *place) {
  place->unseen = 0;
  place->folder[0] = 0;
  place->at = AT_FDCWD;
  proc_path(place->here, thread, "/fd/");
  append_number(place->here + length_of(place->here), (unsigned long)(u32)descriptor);
  long length = read_link(place->here, place->path, sizeof place->path);
  if (length < 0) place->unseen = (int)-length;
}

void find_place(struct memory *memory, u32 thread, long folder, u64 address, struct place *place) {
  char *here = place->here;
  const char *end = here + sizeof place->here;
  place->path[0] = place->folder[0] = 0;
  place->at = AT_FDCWD;
  place->unseen = read_text(thread, address, place->path, sizeof place->path);
  if (place->unseen) return;

  const char *path = place->path;
  if (reach_own(thread, path, here, end)) return;
  if (path[0] == '/') {
    const struct caller *caller = caller_of(memory, thread);
    append(place->folder, place->folder + sizeof place->folder, caller->root);
    /* Of the same root and mounts, links in the path mean the same here. Else the way leads through that process's. */
    const int same = !caller->root[0] && !caller->other_mounts;
    if (!same) proc_path(here, thread, "/root");
    append(same ? here : here + length_of(here), end, path);
    return;
  }
  if ((s32)folder == AT_FDCWD) {
    const struct caller *caller = caller_of(memory, thread);
    if (caller->folder[0] && path[0]) {
      place->at = caller->folder_at;
      append(place->folder, place->folder + sizeof place->folder, caller->folder);
      append(append(here, end, "./"), end, path);
      return;
    }
    proc_path(here, thread, "/cwd");
  } else {
    proc_path(here, thread, "/fd/");
    append_number(here + length_of(here), (unsigned long)(u32)folder);
  }
  long length = read_link(here, place->folder, sizeof place->folder);
  if (length < 0) place->unseen = (int)-length;
  if (path[0]) append(append(here + length_of(here), end, "/"), end, path);
}

static int has_slash(const char *path) {
  while (*path && *path != '/') path++;
  return *path;
}

static char *last_slash(char *path) {
  char *last = path;
  for (char *at = path; *at; at++)
    if (*at == '/') last = at;
  return last;
}

result open_folder(struct place *place) {
  char *last = last_slash(place->here);
  *last = 0;
  result folder = CALL4(__NR_openat, place->at, place->here[0] ? place->here : "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  *last = '/';
  return folder;
}

static int append_whole(char *to, const char *end, const char *text) {
  return append(to, end, text) < end - 1;
}

/* The real path of the folder that the place is in. */
static result name_folder(struct place *place, char *real, int is_as_given) {
  if (is_as_given && place->folder[0] == '/' && !has_slash(place->path)) {
    append(real, real + TEXT_MAX, place->folder); /* The kernel named it. */
    return 0;
  }
  char own[PLACE_MAX];
  result folder = open_folder(place);
  if (folder < 0) return folder;
  append_number(append(own, own + sizeof own, "/proc/self/fd/"), (unsigned long)folder);
  result length = read_link(own, real, TEXT_MAX);
  close_file(folder);
  return length;
}

/* As resolve(), but for what is there where it fails. */
static result name_place(struct memory *memory, u32 thread, struct place *place, int follows) {
  enum { MOST_LINKS = 40 }; /* as path_resolution(7) has it */
  char real[TEXT_MAX], link[TEXT_MAX];
  const char *const end = place->here + sizeof place->here, *const real_end = real + sizeof real;
  for (int links = 0; links <= MOST_LINKS; links++) {
    /* A folder may be called with slashes at its end. */
    for (size length = length_of(place->here); length > 1 && place->here[length - 1] == '/'; length--)
      place->here[length - 1] = 0;
    result named = name_folder(place, real, links == 0);
    if (named < 0) return named;
    place->there = status_of(place, AT_NOFOLLOW, &place->status);
    const int is_link = follows && place->there >= 0 && IS_LINK(place->status.mode);
    if (!is_link || read_link_at(place->at, place->here, link, sizeof link) < 0) {
      char *to = real + length_of(real);
      if (to[-1] != '/') to = append(to, real_end, "/");
      if (!append_whole(to, real_end, last_slash(place->here) + 1)) return -ENAMETOOLONG;
    } else if (after(real, "/proc/")) { /* /proc/self/fd/3: no path, but says where it leads. */
      append(real, real_end, link);
      place->there = status_of(place, 0, &place->status);
    } else {
      char *to = place->here;
      if (reach_own(thread, link, to, end)) continue;
      const struct caller *caller = caller_of(memory, thread);
      if (link[0] != '/') last_slash(to)[1] = 0;
      else if (caller->root[0] || caller->other_mounts) proc_path(to, thread, "/root");
      else *to = 0;
      if (!append_whole(to + length_of(to), end, link)) return -ENAMETOOLONG;
      continue;
    }
    append(place->path, place->path + sizeof place->path, real);
    place->folder[0] = 0;
    return 0;
  }
  return -ELOOP;
}

/*
 * Replaces the path by the real one, as the call that waits will find it: links in its folders are followed, and, if the
 * call follows it, the last one too, also where what it leads to isn't there yet. The path stays as given where that fails.
 * `here` then leads there without a last link: /proc/self, at the end of one, would be this process's own.
 * Links and `..` mean something now, and may mean something else when the event is read.
 */
result resolve(struct memory *memory, u32 thread, struct place *place, int follows) {
  result named = name_place(memory, thread, place, follows);
  if (named < 0) place->there = status_of(place, follows ? 0 : AT_NOFOLLOW, &place->status);
  return named;
}
