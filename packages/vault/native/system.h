/*
 * System calls of Linux, without a C library: the numbers and structures that this folder uses, from the kernel's own
 * headers, and the instruction that makes a call. A failed call gives -errno, as the kernel does.
 */
#ifndef STRONGROOM_SYSTEM_H
#define STRONGROOM_SYSTEM_H

#include <asm/unistd.h>
#include <linux/types.h>

typedef unsigned long size;
typedef long result;

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

#else
#error "Only x86-64 and arm64 are known here."
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
