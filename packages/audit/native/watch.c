/*
 * The look at every call that changes files, while its thread waits in the kernel: what it names, and what it is about
 * to destroy, which is kept first. A file that is removed or replaced is held open, so that it lives on; what is cut is
 * copied to memory. Files without a name (memfd_create(2), O_TMPFILE) are made here and handed in, since afterwards
 * nobody could ask for them. Everything else goes on as it was called.
 *
 * A thread can change a path in memory between this look and the kernel's (seccomp_unotify(2)): this observes programs,
 * it doesn't confine them.
 */
#include "watch.h"

void *memcpy(void *to, const void *from, size length) {
  for (size i = 0; i < length; i++) ((volatile char *)to)[i] = ((const char *)from)[i];
  return to;
}

void *memset(void *to, int value, size length) {
  for (size i = 0; i < length; i++) ((volatile char *)to)[i] = (char)value;
  return to;
}

/* ---- Events, written together when there is time ---- */

#define MOST_KEPT 64
#define EVENT_MAX (sizeof(struct event) + 5 * TEXT_MAX)

static void flush(const struct watch *watch) {
  struct memory *memory = watch->memory;
  for (size done = 0; done < memory->pending_length;) {
    result count = CALL3(__NR_write, watch->events, memory->pending + done, memory->pending_length - done);
    if (count > 0) done += (size)count;
    else if (count != -EINTR) break; /* Nobody reads any more. */
  }
  memory->pending_length = memory->pending_kept = 0;
}

static void tell(const struct watch *watch, struct event *event, const struct place *first, const struct place *second) {
  struct memory *memory = watch->memory;
  if (memory->pending_length + EVENT_MAX > sizeof memory->pending || memory->pending_kept == MOST_KEPT) flush(watch);
  char *start = memory->pending + memory->pending_length, *at = start + sizeof *event;
  const char *const texts[] = {
      first ? first->path : "", first ? first->folder : "", second ? second->path : "", second ? second->folder : ""};
  at = append(at, at + TEXT_MAX, event->thread ? caller_of(memory, event->thread)->program : "") + 1;
  for (int index = 0; index < 4; index++) at = append(at, at + TEXT_MAX, texts[index]) + 1;
  event->length = (u32)(((size)(at - start) + 7) & ~7UL);
  memcpy(start, event, sizeof *event);
  memory->pending_length += event->length;
  memory->pending_kept += event->kept >= 0;
}

/* ---- Files ---- */

static u64 device_of(const struct status *status) {
  u64 major = status->device_major, minor = status->device_minor;
  return (minor & 0xff) | major << 8 | (minor & ~0xffUL) << 12; /* as stat(2) has it */
}

static void describe(struct event *event, const struct status *status) {
  event->facts |= THERE;
  event->device = device_of(status);
  event->inode = status->inode;
  event->size = status->size;
}

/* Only what has changed since the start can hold what the program wrote. */
static int is_worth_holding(const struct watch *watch, const struct status *status) {
  return IS_REGULAR(status->mode) && status->changed.seconds >= watch->since;
}

/* What is held can be written still; a copy can't. */
static int is_worth_copying(const struct watch *watch, const struct status *status) {
  return is_worth_holding(watch, status) && status->size > 0;
}

static void keep(struct event *event, result descriptor) {
  if (descriptor >= 0) {
    event->kept = (s32)descriptor;
    return;
  }
  event->error = (s32)-descriptor;
}

/* The file itself, which lives as long as the descriptor. */
static void hold(struct event *event, const struct place *place, int flags) {
  keep(event, CALL4(__NR_openat, place->at, place->here, O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags, 0));
}

/* What is in it now, in memory. */
static void copy(const struct watch *watch, struct event *event, const struct place *place, const struct status *status) {
  if (status->size > (u64)watch->copy_limit) return keep(event, -EFBIG);
  result from = CALL4(__NR_openat, place->at, place->here, O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
  if (from < 0) return keep(event, from);
  result to = CALL2(__NR_memfd_create, "strongroom-audit", 1);
  for (u64 done = 0; to >= 0 && done < status->size;) {
    result count = CALL4(__NR_sendfile, to, from, 0, status->size - done);
    if (count == 0) break;
    if (count < 0) {
      close_file(to);
      to = count;
    } else done += (u64)count;
  }
  close_file(from);
  event->facts |= COPY;
  keep(event, to);
}

/* The folder of a file that only its process can name: it stays reachable when that process has ended. */
static void hold_folder(struct event *event, struct place *place) {
  event->facts |= FOLDER;
  keep(event, open_folder(place));
}

/* ---- One call after the other ---- */

struct context {
  const struct watch *watch;
  const struct notification *asked;
  struct place *first, *second;
  struct event event;
  struct answer answer;
  int answered;
};

static void tell_unseen(struct context *context, int error) {
  context->event.kind = UNSEEN;
  context->event.flags = (u64)(u32)context->asked->call.number;
  context->event.error = error;
  tell(context->watch, &context->event, 0, 0);
}

/* Hands in a descriptor as the call's result, and keeps another way to the file, for reading. */
static void hand_in(struct context *context, result made, int stays_at_exec, unsigned final_mode) {
  if (made < 0) {
    context->answer.flags = 0;
    context->answer.error = (s32)made;
    return;
  }
  struct place own;
  own.at = AT_FDCWD;
  append_number(append(own.here, own.here + sizeof own.here, "/proc/self/fd/"), (unsigned long)made);
  struct status status;
  if (status_of(&own, 0, &status) >= 0) describe(&context->event, &status);
  context->event.facts &= ~(u32)THERE;
  hold(&context->event, &own, 0);
  if (final_mode) CALL2(__NR_fchmod, made, final_mode);
  const struct descriptor_to_add add = {
      .id = context->asked->id, .flags = AND_ANSWER, .from = (u32)made, .to_flags = stays_at_exec ? 0 : O_CLOEXEC};
  result added = CALL3(__NR_ioctl, context->watch->listener, ADD_DESCRIPTOR, &add);
  close_file(made);
  context->answered = added >= 0;
  if (added < 0) {
    context->answer.flags = 0;
    context->answer.error = (s32)added;
  }
}

static void make_memory_file(struct context *context) {
  const u64 *arguments = context->asked->call.arguments;
  find_place(context->watch->memory, context->asked->thread, 0, arguments[0], context->first);
  if (context->first->unseen && context->first->path[0] == 0) return tell_unseen(context, context->first->unseen);
  context->first->folder[0] = 0;
  context->event.kind = MEMORY;
  context->event.flags = arguments[1];
  hand_in(context, CALL2(__NR_memfd_create, context->first->path, arguments[1] | 1), !(arguments[1] & 1), 0);
  tell(context->watch, &context->event, context->first, 0);
}

/* O_TMPFILE. Made as the process would make it: with its user and file mode mask, or else not here. */
static void make_nameless_file(struct context *context, u64 flags, u64 mode) {
  enum { OWNER_READS = 0400 };
  u32 thread = context->asked->thread;
  long mask = read_number(thread, "Umask:\t", 0, 8), user = read_number(thread, "Uid:\t", 3, 10);
  if (mask < 0 || user != CALL0(__NR_geteuid)) return tell_unseen(context, EACCES);
  context->event.kind = OPENED;
  context->event.flags = flags;
  const u64 wanted = mode & 07777 & ~(u64)mask;
  result made = CALL4(__NR_openat, context->first->at, context->first->here, flags | O_CLOEXEC, wanted | OWNER_READS);
  hand_in(context, made, !(flags & O_CLOEXEC), (unsigned)wanted);
  tell(context->watch, &context->event, context->first, 0);
}

/* The folder that resolve() looked for. */
static int is_there(result resolved) { return resolved != -ENOENT && resolved != -ENOTDIR; }

static void look_at_open(struct context *context, long folder, u64 path, u64 flags, u64 mode) {
  u32 thread = context->asked->thread;
  struct event *event = &context->event;
  find_place(context->watch->memory, thread, folder, path, context->first);
  if (context->first->unseen) return tell_unseen(context, context->first->unseen);
  const int follows = !(flags & O_NOFOLLOW) && (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
  result found = resolve(context->watch->memory, thread, context->first, follows);
  if ((flags & O_TMPFILE_BIT) && (flags & O_DIRECTORY)) return make_nameless_file(context, flags, mode);
  const struct status *status = &context->first->status;
  const result there = context->first->there;
  event->kind = OPENED;
  event->flags = flags;
  if (there >= 0) {
    if (!IS_REGULAR(status->mode)) return;
    describe(event, status);
    if ((flags & O_TRUNC) && is_worth_copying(context->watch, status)) copy(context->watch, event, context->first, status);
  } else if (there != -ENOENT || !(flags & O_CREAT) || !is_there(found)) return; /* It fails. */
  if (caller_of(context->watch->memory, thread)->other_mounts) {
    event->facts |= OTHER_MOUNTS;
    if (event->kept < 0) hold_folder(event, context->first);
  }
  tell(context->watch, event, context->first, 0);
}

static void look_at_truncation(struct context *context, u64 least) {
  if (context->first->unseen) return tell_unseen(context, context->first->unseen);
  struct status status;
  if (status_of(context->first, 0, &status) < 0 || !IS_REGULAR(status.mode)) return;
  context->event.kind = TRUNCATED;
  describe(&context->event, &status);
  if (status.size > least && is_worth_copying(context->watch, &status))
    copy(context->watch, &context->event, context->first, &status);
  tell(context->watch, &context->event, context->first, 0);
}

static void look_at_removal(struct context *context, long folder, u64 path) {
  find_place(context->watch->memory, context->asked->thread, folder, path, context->first);
  if (context->first->unseen) return tell_unseen(context, context->first->unseen);
  resolve(context->watch->memory, context->asked->thread, context->first, 0);
  if (context->first->there < 0) return;
  context->event.kind = UNLINKED;
  describe(&context->event, &context->first->status);
  if (is_worth_holding(context->watch, &context->first->status)) hold(&context->event, context->first, O_NOFOLLOW);
  tell(context->watch, &context->event, context->first, 0);
}

static void look_at_rename(struct context *context, long from, u64 path, long to, u64 new_path, u64 flags) {
  u32 thread = context->asked->thread;
  find_place(context->watch->memory, thread, from, path, context->first);
  find_place(context->watch->memory, thread, to, new_path, context->second);
  if (context->first->unseen || context->second->unseen) return tell_unseen(context, context->first->unseen ? context->first->unseen : context->second->unseen);
  const struct status *source = &context->first->status, *target = &context->second->status;
  resolve(context->watch->memory, thread, context->first, 0);
  if (context->first->there < 0) return;
  if (!is_there(resolve(context->watch->memory, thread, context->second, 0))) return; /* It fails. */
  context->event.kind = RENAMED;
  context->event.flags = flags;
  describe(&context->event, source);
  const int replaces = flags == 0 && context->second->there >= 0 && target->inode != source->inode;
  if (replaces && is_worth_holding(context->watch, target)) hold(&context->event, context->second, O_NOFOLLOW);
  tell(context->watch, &context->event, context->first, context->second);
  /* Of an exchange, either can be one. */
  if (IS_FOLDER(source->mode) || (context->second->there >= 0 && IS_FOLDER(target->mode))) expect_move(context->watch->memory, thread, 1);
}

static void look_at_link(struct context *context, long from, u64 path, long to, u64 new_path, u64 flags) {
  u32 thread = context->asked->thread;
  find_place(context->watch->memory, thread, from, path, context->first);
  find_place(context->watch->memory, thread, to, new_path, context->second);
  if (context->first->unseen || context->second->unseen) return tell_unseen(context, context->first->unseen ? context->first->unseen : context->second->unseen);
  struct status status;
  const int follows = (flags & AT_FOLLOW) || context->first->path[0] == 0;
  if (status_of(context->first, follows ? 0 : AT_NOFOLLOW, &status) < 0) return;
  if (!is_there(resolve(context->watch->memory, thread, context->second, 0))) return; /* It fails. */
  context->event.kind = LINKED;
  describe(&context->event, &status);
  tell(context->watch, &context->event, context->first, context->second);
}

static void refuse(struct context *context) {
  context->answer.flags = 0;
  context->answer.error = -ENOSYS;
  context->event.kind = REFUSED;
  context->event.flags = (u64)(u32)context->asked->call.number;
  tell(context->watch, &context->event, 0, 0);
}

static void look(struct context *context) {
  const struct call_data *call = &context->asked->call;
  const u64 *a = call->arguments;
  u32 thread = context->asked->thread;
  if (call->architecture != AUDIT_ARCHITECTURE || ((u32)call->number & X32_BIT)) return refuse(context);
  switch (call->number) {
#if defined(__x86_64__)
    case __NR_open: return look_at_open(context, AT_FDCWD, a[0], a[1], a[2]);
    case __NR_creat: return look_at_open(context, AT_FDCWD, a[0], 1 | O_CREAT | O_TRUNC, a[1]);
    case __NR_unlink: return look_at_removal(context, AT_FDCWD, a[0]);
    case __NR_rename: return look_at_rename(context, AT_FDCWD, a[0], AT_FDCWD, a[1], 0);
    case __NR_link: return look_at_link(context, AT_FDCWD, a[0], AT_FDCWD, a[1], 0);
#endif
    case __NR_openat: return look_at_open(context, (long)a[0], a[1], a[2], a[3]);
    case __NR_openat2: {
      u64 how[2] = {0, 0}; /* struct open_how: flags, mode, resolve */
      result read = read_memory(thread, a[2], how, sizeof how);
      if (read < (result)sizeof how) return tell_unseen(context, EACCES);
      if (how[0] & (O_WRITES | O_CREAT | O_TRUNC | O_TMPFILE_BIT))
        look_at_open(context, (long)a[0], a[1], how[0], how[1]);
      return;
    }
    case __NR_unlinkat: return look_at_removal(context, (long)a[0], a[1]);
    case __NR_renameat: return look_at_rename(context, (long)a[0], a[1], (long)a[2], a[3], 0);
    case __NR_renameat2: return look_at_rename(context, (long)a[0], a[1], (long)a[2], a[3], a[4]);
    case __NR_linkat: return look_at_link(context, (long)a[0], a[1], (long)a[2], a[3], a[4]);
    case __NR_truncate:
      find_place(context->watch->memory, thread, AT_FDCWD, a[0], context->first);
      if (!context->first->unseen) resolve(context->watch->memory, thread, context->first, 1);
      return look_at_truncation(context, a[1]);
    case __NR_ftruncate:
      find_descriptor(thread, (long)a[0], context->first);
      return look_at_truncation(context, a[1]);
    case __NR_fallocate:
      find_descriptor(thread, (long)a[0], context->first);
      return look_at_truncation(context, 0);
    case __NR_memfd_create: return make_memory_file(context);
    case __NR_io_uring_setup: return refuse(context);
    case __NR_chdir:
    case __NR_fchdir: return expect_move(context->watch->memory, thread, 0);
    case __NR_chroot:
    case __NR_execve:
    case __NR_execveat:
    case __NR_pivot_root:
    case __NR_setns:
    case __NR_unshare: return forget_callers(context->watch->memory);
    default: return tell_unseen(context, ENOSYS);
  }
}

static void answer_next(const struct watch *watch) {
  struct notification asked;
  memset(&asked, 0, sizeof asked); /* The kernel insists. */
  if (CALL3(__NR_ioctl, watch->listener, RECEIVE, &asked) < 0) return; /* Its thread was killed meanwhile. */
  struct memory *memory = watch->memory;
  struct context context = {.watch = watch, .asked = &asked, .first = &memory->first, .second = &memory->second};
  context.event.thread = asked.thread;
  context.event.kept = -1;
  context.answer.id = asked.id;
  context.answer.flags = GO_ON;
  use_caller(memory, asked.thread);
  look(&context);
  if (!context.answered) CALL3(__NR_ioctl, watch->listener, ANSWER, &context.answer);
}

/* ---- Until nobody is left that could call ---- */

#define F_SETPIPE_SZ 1031L
#define POLLIN 1
#define POLLHUP 16
struct poll {
  s32 descriptor;
  short wanted, found;
};

static int wait_for_child(const struct watch *watch) {
  s32 status = 0;
  if (CALL4(__NR_wait4, watch->child, &status, 0, 0) != watch->child) return 0;
  struct event event = {.kind = EXITED, .kept = -1, .flags = (u64)(u32)status};
  tell(watch, &event, 0, 0);
  return 1;
}

/*
 * Watches until every process that was started has ended, or something can be read from `stop`, or it is closed. Blocks:
 * for a thread of its own. `EXITED` is told with the first process's status, `ENDED` at the end, with flag 1 if nobody
 * was left.
 */
__attribute__((visibility("default"))) long strongroom_watch(const struct watch *watch) {
  CALL3(__NR_ioctl, watch->listener, SET_FLAGS, WAKE_ON_ONE_CPU); /* Linux 6.6; without it, it is slower. */
  result child = CALL2(__NR_pidfd_open, watch->child, 0);
  CALL3(__NR_fcntl, watch->events, F_SETPIPE_SZ, 1 << 20);
  int ended = 0, exited = 0;
  for (;;) {
    struct time soon = {0, 50000000}; /* Anew: the kernel leaves in it what was left of it. */
    struct poll polls[] = {{watch->listener, POLLIN, 0}, {watch->stop, POLLIN, 0}, {exited ? -1 : (s32)child, POLLIN, 0}};
    result ready = CALL5(__NR_ppoll, polls, 3, watch->memory->pending_length ? &soon : 0, 0, 8);
    if (ready == -EINTR) continue;
    if (ready <= 0) {
      forget_callers(watch->memory);
      flush(watch);
      continue;
    }
    if (polls[0].found & POLLIN) answer_next(watch);
    else if (polls[1].found) break;
    else if (polls[2].found) exited = wait_for_child(watch);
    else if (polls[0].found & POLLHUP) {
      ended = 1;
      break;
    }
  }
  if (!exited && ended) wait_for_child(watch);
  forget_callers(watch->memory);
  close_file(child);
  struct event event = {.kind = ENDED, .kept = -1, .flags = (u64)ended};
  tell(watch, &event, 0, 0);
  flush(watch);
  return 0;
}
