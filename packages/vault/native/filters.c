/* seccomp(2): filters of system calls. */
#include "jail.h"

void filter_calls(void) {
  const struct record *filter = next(FILTER, 0);
  if (!filter) {
    told[SECCOMP] = -ENOENT;
    return;
  }
  const struct bpf_program program = {(unsigned short)(filter->length / 8), filter->bytes};
  told[SECCOMP] = CALL3(__NR_seccomp, SECCOMP_SET_FILTER, 0, &program);
}

result allow_waiting_only(void) {
#define ALLOW(number) {0x15, 0, 1, (u32)(number)}, {0x06, 0, 0, SECCOMP_ALLOW}
  static const struct bpf_instruction instructions[] = {
      {0x20, 0, 0, 4}, /* load the architecture */
      {0x15, 1, 0, AUDIT_ARCHITECTURE},
      {0x06, 0, 0, SECCOMP_EPERM},
      {0x20, 0, 0, 0}, /* load the call's number */
      ALLOW(__NR_wait4),
      ALLOW(__NR_kill),
      ALLOW(__NR_getpid),
      ALLOW(__NR_rt_sigprocmask),
      ALLOW(__NR_exit_group),
      /* Once more, to the child; then there is no descriptor left. */
      ALLOW(__NR_write),
      ALLOW(__NR_close),
      ALLOW(__NR_close_range),
      {0x06, 0, 0, SECCOMP_EPERM},
  };
#undef ALLOW
  const struct bpf_program program = {sizeof instructions / sizeof *instructions, instructions};
  return CALL3(__NR_seccomp, SECCOMP_SET_FILTER, 0, &program);
}
