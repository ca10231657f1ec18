import { define } from "../define.js"

export const surfaces = define("system", [
  {
    id: "os-core-dump",
    vendor: "OS",
    title: "core dumps and crash reports",
    kind: "dump",
    platforms: ["linux", "windows", "macos"],
    byDefault: "off",
    state:
      'distribution dependent: soft limit 0 with pattern "core" here, systemd-coredump ON on many desktops; limit is chosen by the user (ulimit -c unlimited)',
    trigger: {
      files: ["/proc/sys/kernel/core_pattern", "systemd-coredump /var/lib/systemd/coredump", "/var/crash (apport)"],
      registry: ["HKLM\\SOFTWARE\\Microsoft\\Windows\\Windows Error Reporting\\LocalDumps"],
      api: ["kill -ABRT/-SEGV by the same user, gcore, procdump"],
    },
    writes: "whole process memory: weights, keys, plaintext Buffers",
    where: "core_pattern",
    paths: ["core", "core.*", "systemd/coredump/**", "var/crash/**"],
    exposes: ["weights", "keys", "kernel-source"],
    neutralise: {
      otherwise:
        "prctl(PR_SET_DUMPABLE,0) and setrlimit(RLIMIT_CORE,0) from a native addon or launcher; madvise(MADV_DONTDUMP) for key pages; wipe keys at once",
      before: "before decryption",
    },
    sources: ["core(5), prctl(2)"],
    verified: "ran",
    evidence: "run here: ulimit -c unlimited + abort: the 50 MB core held the bytes of a Buffer",
    proof: {
      attacks: [
        "a core file by SIGABRT",
        "a core file by SIGQUIT",
        "a core file by SIGSEGV",
        "a core file of a crash in the engine's own code",
        "a core piped to a program by core_pattern, whatever the limit",
      ],
      vault: "harmless",
    },
  },
  {
    id: "os-ptrace-mem",
    vendor: "OS",
    title: "/proc/<pid>/mem, ptrace, ReadProcessMemory, eBPF uprobes",
    kind: "memory-access",
    platforms: ["linux", "windows", "macos"],
    byDefault: "on",
    state: "same uid (or root, or ancestor with yama=1) may read",
    trigger: { files: ["/proc/<pid>/mem", "/proc/<pid>/environ", "/proc/sys/kernel/yama/ptrace_scope"] },
    writes: "live memory",
    exposes: ["weights", "keys"],
    neutralise: {
      otherwise:
        "PR_SET_DUMPABLE=0 (also hides /proc/<pid>/mem from the same uid); minimise plaintext lifetime. No defence against root.",
      before: "before decryption",
    },
    sources: ["ptrace(2), proc(5)"],
    verified: "ran",
    evidence:
      "run here: as root, a process found its sibling's 48-byte Buffer through /proc/<pid>/mem; as an ordinary user by the attacks on an unprotected process, where the kernel lets a user read his own processes",
    checked: "2026-11-30",
    proof: {
      attacks: [
        "/proc/PID/mem of every process of the user, and swap",
        "process_vm_readv",
        "a debugger attached to the running process (ptrace)",
        "gdb, and its gcore",
      ],
      vault: "harmless",
    },
  },
  {
    id: "os-swap-hibernate",
    vendor: "OS",
    title: "swap, zram, hibernation image, VM snapshots",
    kind: "temporary-file",
    platforms: ["linux", "windows", "macos"],
    byDefault: "on",
    state: "on for most desktops",
    trigger: { files: ["/proc/swaps", "/sys/power/state", "hiberfil.sys", "pagefile.sys", "/var/vm/sleepimage"] },
    writes: "any page, including tmpfs pages (/dev/shm can be swapped out)",
    where: "swap device",
    paths: ["hiberfil.sys", "pagefile.sys", "vm/sleepimage"],
    exposes: ["weights", "keys", "kernel-source"],
    neutralise: {
      otherwise:
        "mlock/VirtualLock for keys and if possible weights (RLIMIT_MEMLOCK); memfd_secret for keys; encrypted swap is an administrator matter; a tmpfs POCL_CACHE_DIR is not swap-proof (ramfs or the noswap mount option is, needs root)",
      before: "before decryption",
    },
    sources: ["proc(5), tmpfs(5)"],
    verified: "reported",
    evidence: "/proc/swaps read here (empty); the rest recalled",
  },
  {
    id: "os-tmp-redirect",
    vendor: "OS",
    title: "temporary and cache directory redirection",
    kind: "temporary-file",
    platforms: ["linux", "windows", "macos"],
    byDefault: "on",
    state: "user controlled",
    trigger: {
      variables: {
        TMPDIR: "directory",
        TMP: "directory",
        TEMP: "directory",
        HOME: "directory",
        XDG_CACHE_HOME: "directory",
        XDG_CONFIG_HOME: "directory",
        XDG_DATA_HOME: "directory",
        XDG_RUNTIME_DIR: "directory",
        LOCALAPPDATA: "directory",
        APPDATA: "directory",
        USERPROFILE: "directory",
        SQLITE_TMPDIR: "directory",
      },
    },
    writes:
      "redirects nearly every cache of this list (NEO, PoCL, Mesa, comgr, MIOpen, CUDA, ORT telemetry) and also supplies config (Vulkan layers, clvk.conf, clintercept.conf)",
    exposes: ["device-binary", "code-exec"],
    neutralise: {
      privateDirectories: ["XDG_CACHE_HOME", "TMPDIR"],
      otherwise:
        "set per child process (decryption/inference worker as a separate process) rather than for the host application",
      before: "before any driver is loaded",
      notes:
        "One private directory for HOME, XDG_* and TMPDIR in an inference child process contains almost every surface listed here, including unknown ones.",
    },
    sources: ["the entries of what it redirects"],
    verified: "ran",
    evidence: "run here for PoCL, ORT, NEO and Vulkan; others read in source",
    proof: { trigger: "pocl", vault: "harmless" },
  },
  {
    id: "os-inotify-race",
    vendor: "OS",
    title: "watching the cache/temp directory while files exist",
    kind: "temporary-file",
    platforms: ["linux", "windows", "macos"],
    byDefault: "on",
    state: "a same-uid process can copy a temporary file before it is deleted",
    trigger: { files: ["any world- or user-readable directory"] },
    writes: "nothing",
    exposes: ["kernel-source", "ir", "device-binary"],
    neutralise: {
      otherwise: "deleting after use is not protection against a live end user; only not writing, or encrypting, is",
      before: "any time",
    },
    sources: ["an experiment that polled PoCL's directory", "packages/surfaces/test/triggers/pocl.test.ts"],
    verified: "ran",
    evidence:
      "run here. In a vault (run here too): nothing, unless its backend declares programs: while PoCL runs ld, the private directory can be entered by /proc/PID/cwd of that (see pocl-ld-path).",
    proof: {
      trigger: "pocl",
      attacks: ["the private directory, /dev/shm and all other places for files, read from outside"],
      vault: "leaks",
    },
  },
])
