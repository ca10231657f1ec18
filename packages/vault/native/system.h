/*
 * System calls of Linux, without a C library or any header: the numbers that this folder uses, and the instruction that
 * makes a call. A failed call gives -errno, as the kernel does.
 */
#ifndef STRONGROOM_SYSTEM_H
#define STRONGROOM_SYSTEM_H

typedef unsigned long size;
typedef long result;
typedef unsigned int u32;
typedef unsigned long u64;
typedef int s32;

/* Numbers: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h. */
#if defined(__x86_64__)
#define NUMBER(x64, arm64) x64
#elif defined(__aarch64__)
#define NUMBER(x64, arm64) arm64
#else
#error "Only x86-64 and arm64 are known here."
#endif
#define __NR_capset                  NUMBER(126, 91)
#define __NR_chdir                   NUMBER(80, 49)
#define __NR_clone                   NUMBER(56, 220)
#define __NR_close                   NUMBER(3, 57)
#define __NR_close_range             NUMBER(436, 436)
#define __NR_dup3                    NUMBER(292, 24)
#define __NR_exit_group              NUMBER(231, 94)
#define __NR_fcntl                   NUMBER(72, 25)
#define __NR_get_robust_list         NUMBER(274, 100)
#define __NR_geteuid                 NUMBER(107, 175)
#define __NR_getgid                  NUMBER(104, 176)
#define __NR_getpid                  NUMBER(39, 172)
#define __NR_getuid                  NUMBER(102, 174)
#define __NR_kill                    NUMBER(62, 129)
#define __NR_landlock_add_rule       NUMBER(445, 445)
#define __NR_landlock_create_ruleset NUMBER(444, 444)
#define __NR_landlock_restrict_self  NUMBER(446, 446)
#define __NR_memfd_create            NUMBER(319, 279)
#define __NR_mkdirat                 NUMBER(258, 34)
#define __NR_mount                   NUMBER(165, 40)
#define __NR_mount_setattr           NUMBER(442, 442)
#define __NR_openat                  NUMBER(257, 56)
#define __NR_prctl                   NUMBER(157, 167)
#define __NR_pread64                 NUMBER(17, 67)
#define __NR_prlimit64               NUMBER(302, 261)
#define __NR_process_vm_readv        NUMBER(310, 270)
#define __NR_read                    NUMBER(0, 63)
#define __NR_readlinkat              NUMBER(267, 78)
#define __NR_rt_sigprocmask          NUMBER(14, 135)
#define __NR_seccomp                 NUMBER(317, 277)
#define __NR_set_robust_list         NUMBER(273, 99)
#define __NR_setsid                  NUMBER(112, 157)
#define __NR_socketpair              NUMBER(53, 199)
#define __NR_unshare                 NUMBER(272, 97)
#define __NR_wait4                   NUMBER(61, 260)
#define __NR_write                   NUMBER(1, 64)

#if defined(__x86_64__)

static inline result call(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  result value;
  __asm__ volatile("syscall"
                   : "=a"(value)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return value;
}

#elif defined(__aarch64__)

static inline result call(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory", "cc");
  return x0;
}

#endif

#define CALL6(n, a, b, c, d, e, f) call(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define CALL5(n, a, b, c, d, e) CALL6(n, a, b, c, d, e, 0)
#define CALL4(n, a, b, c, d) CALL6(n, a, b, c, d, 0, 0)
#define CALL3(n, a, b, c) CALL6(n, a, b, c, 0, 0, 0)
#define CALL2(n, a, b) CALL6(n, a, b, 0, 0, 0, 0)
#define CALL1(n, a) CALL6(n, a, 0, 0, 0, 0, 0)
#define CALL0(n) CALL6(n, 0, 0, 0, 0, 0, 0)

/* Compilers may call these whatever they are told. */
__attribute__((visibility("hidden"))) void *memcpy(void *to, const void *from, size length);
__attribute__((visibility("hidden"))) void *memset(void *to, int value, size length);

#endif
