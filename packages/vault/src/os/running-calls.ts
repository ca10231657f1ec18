import type { SystemCall } from "./system-calls.js"

/**
 * What the vault's second filter allows, from when the engine has been made: what a vault by itself was seen to call while
 * it loads, runs and closes (`scripts/system-calls.mjs`), and in the line below each what stands for it in other C
 * libraries, Nodes and on arm64, or comes only now and then. A backend adds its engine's own in `needs.systemCalls`. Calls
 * that are allowed only in some forms are in {@link compileFilter}.
 */
export const runningCalls: readonly SystemCall[] = [
  // Files that are open, and those of the private directory
  ...(["read", "write", "writev", "pread64", "close", "openat", "fstat", "newfstatat", "statx", "statfs"] as const),
  ...(["readv", "preadv", "pwrite64", "pwritev", "open", "stat", "lstat", "fstatfs", "lseek", "fcntl"] as const),
  ...(["ftruncate", "fsync", "getcwd", "readlink", "mkdir", "rmdir", "pipe2"] as const),
  ...([
    "truncate",
    "fdatasync",
    "fallocate",
    "fadvise64",
    "readlinkat",
    "mkdirat",
    "unlink",
    "unlinkat",
    "pipe",
  ] as const),
  ...(["getdents64", "access", "faccessat", "faccessat2", "copy_file_range", "sendfile"] as const),
  // Memory, locked and secret too
  ...(["mmap", "mprotect", "munmap", "madvise", "brk", "memfd_create"] as const),
  ...(["mremap", "mlock", "mlock2", "munlock", "memfd_secret", "membarrier"] as const),
  // Threads
  ...([
    "futex",
    "set_robust_list",
    "rseq",
    "gettid",
    "sched_yield",
    "sched_getaffinity",
    "exit",
    "exit_group",
  ] as const),
  ...(["get_robust_list", "set_tid_address", "getcpu", "arch_prctl", "futex_waitv"] as const),
  // Waiting, and signals to oneself
  ...(["epoll_create1", "epoll_ctl", "epoll_pwait", "eventfd2", "rt_sigprocmask", "rt_sigaction"] as const),
  ...(["epoll_create", "epoll_wait", "epoll_pwait2", "eventfd", "poll", "ppoll", "select", "pselect6"] as const),
  ...(["rt_sigreturn", "sigaltstack", "kill", "tgkill", "tkill", "restart_syscall"] as const),
  // Time, where the kernel's page for it can't be read
  ...(["clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday"] as const),
  // The sockets that the app passed
  ...(["sendmsg", "recvmsg", "shutdown", "getsockname", "getsockopt"] as const),
  // What it may know of itself
  ...(["getpid", "getuid", "geteuid", "getgid", "getegid", "capget", "uname"] as const),
  ...(["getppid", "getgroups", "sysinfo", "getrusage", "getrlimit", "getrandom", "getpriority"] as const),
]
