import type { SystemCall } from "./system-calls.js"

/**
 * What the vault's first filter allows, from before main until the engine is made: what Node, C libraries and drivers may
 * need to start. Calls that are allowed only in some forms are in {@link compileFilter}.
 */
export const startingCalls = {
  /** Files, folders and pipes; which of them, Landlock and the mounts decide. */
  files: [
    "read", "write", "open", "close", "stat", "fstat", "lstat", "poll", "lseek", "pread64", "pwrite64", "readv",
    "writev", "preadv", "pwritev", "preadv2", "pwritev2", "access", "pipe", "pipe2", "select", "pselect6", "ppoll",
    "dup", "dup2", "dup3", "fcntl", "flock", "fsync", "fdatasync", "truncate", "ftruncate", "getdents",
    "getdents64", "getcwd", "chdir", "fchdir", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "rmdir",
    "creat", "link", "linkat", "unlink", "unlinkat", "symlink", "symlinkat", "readlink", "readlinkat", "chmod",
    "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "umask", "utime", "utimes",
    "utimensat", "futimesat", "statfs", "fstatfs", "openat", "openat2", "newfstatat", "statx", "faccessat",
    "faccessat2", "sendfile", "splice", "copy_file_range", "fallocate", "fadvise64", "readahead", "sync_file_range",
    "close_range", "inotify_init1", "inotify_add_watch", "inotify_rm_watch"
  ],
  /** Memory, and where in the machine it lies. */
  memory: [
    "mmap", "mprotect", "munmap", "brk", "mremap", "msync", "mincore", "madvise", "mlock", "mlock2", "munlock",
    "membarrier", "memfd_create", "memfd_secret", "mbind", "get_mempolicy", "set_mempolicy", "pkey_mprotect",
    "pkey_alloc", "pkey_free"
  ],
  /** Threads: futexes, scheduling. Making them is {@link Filter.execute}'s business. */
  threads: [
    "futex", "futex_waitv", "set_robust_list", "get_robust_list", "set_tid_address", "gettid", "sched_yield",
    "sched_getaffinity", "sched_setaffinity", "sched_getparam", "sched_getscheduler", "sched_get_priority_max",
    "sched_get_priority_min", "sched_getattr", "getpriority", "setpriority", "rseq", "arch_prctl", "getcpu", "exit",
    "exit_group"
  ],
  /** Signals, to processes of the vault's own PID namespace. */
  signals: [
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigtimedwait", "rt_sigsuspend",
    "sigaltstack", "kill", "tgkill", "tkill", "pause", "restart_syscall", "signalfd4", "wait4", "waitid"
  ],
  /** Clocks and timers. */
  time: [
    "nanosleep", "clock_nanosleep", "clock_gettime", "clock_getres", "gettimeofday", "time", "times",
    "timer_create", "timer_settime", "timer_gettime", "timer_getoverrun", "timer_delete", "timerfd_create",
    "timerfd_settime", "timerfd_gettime", "setitimer", "getitimer", "alarm"
  ],
  /** Waiting for many things at once. */
  events: [
    "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "eventfd", "eventfd2"
  ],
  /** What a process may know of itself. */
  itself: [
    "getpid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getgroups", "getresuid", "getresgid", "getpgrp",
    "getpgid", "getsid", "capget", "uname", "sysinfo", "getrusage", "getrlimit", "setrlimit", "getrandom"
  ],
  /** The sockets that the app passes; none can be made. */
  passedSockets: [
    "sendmsg", "recvmsg", "recvfrom", "sendto", "shutdown", "getsockname", "getpeername", "getsockopt", "setsockopt"
  ],
} as const satisfies { readonly [group: string]: readonly SystemCall[] }

export const allStartingCalls: readonly SystemCall[] = Object.values(startingCalls).flat()
