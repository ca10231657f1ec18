/* Constants and layouts of the kernel's uapi headers, here so that an old header's lack of them changes nothing. */
#ifndef STRONGROOM_KERNEL_H
#define STRONGROOM_KERNEL_H

#include "system.h"

#define NEW_NS 0x00020000L
#define NEW_IPC 0x08000000L
#define NEW_USER 0x10000000L
#define NEW_PID 0x20000000L
#define NEW_NET 0x40000000L
#define CHILD_CLEARTID 0x00200000L
#define CHILD_SETTID 0x01000000L
#define SIG_SETMASK 2
#define SIGKILL 9
#define SIGCHLD 17
#define AF_UNIX 1L
#define SOCK_STREAM 1L
#define SOCK_CLOEXEC O_CLOEXEC
#define AT_FDCWD (-100)
#define AT_RECURSIVE 0x8000L
#define O_RDONLY 0L
#define O_WRONLY 1L
#define O_CLOEXEC 02000000L
#define O_PATH 010000000L
#define MS_RDONLY 1L
#define MS_NOSUID 2L
#define MS_NODEV 4L
#define MS_NOEXEC 8L
#define MS_BIND 4096L
#define MS_REC 16384L
#define MS_PRIVATE (1L << 18)
#define MOUNT_RDONLY 1UL
#define MOUNT_NOSUID 2UL
#define PR_SET_PDEATHSIG 1L
#define PR_SET_DUMPABLE 4L
#define PR_CAPBSET_DROP 24L
#define PR_SET_NO_NEW_PRIVS 38L
#define PR_GET_TID_ADDRESS 40L
#define RLIMIT_CORE 4L
#define F_ADD_SEALS 1033L
#define F_SEAL_ALL 15L /* seal, shrink, grow, write */
#define MFD_CLOEXEC 1L
#define MFD_ALLOW_SEALING 2L
#define MFD_NOEXEC_SEAL 8L
#define SECCOMP_SET_FILTER 1L
#define SECCOMP_ALLOW 0x7fff0000U
#define SECCOMP_EPERM 0x00050001U
#define LANDLOCK_VERSION 1L
#define LANDLOCK_PATH_BENEATH 1L

enum errors { ENOENT = 2, EINTR = 4, EEXIST = 17, EINVAL = 22, ENOSYS = 38 };

/* linux/audit.h */
#define AUDIT_ARCHITECTURE NUMBER(0xc000003eU, 0xc00000b7U)

/* landlock(7) */
#define FS_EXECUTE (1UL << 0)
#define FS_WRITE_FILE (1UL << 1)
#define FS_READ_FILE (1UL << 2)
#define FS_READ_DIR (1UL << 3)
#define FS_MAKE_CHAR (1UL << 6)
#define FS_MAKE_BLOCK (1UL << 11)
#define FS_IOCTL_DEV (1UL << 15)
#define FS_ALL_1 ((1UL << 13) - 1) /* ABI 1 */
#define FS_REFER (1UL << 13)       /* ABI 2 */
#define FS_TRUNCATE (1UL << 14)    /* ABI 3 */
#define FS_FILE_ONLY (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)

struct landlock_attr {
  u64 fs, net, scoped;
};
struct landlock_path {
  u64 access;
  s32 parent;
} __attribute__((packed));
struct bpf_instruction {
  unsigned short code;
  unsigned char if_true, if_false;
  u32 value;
};
struct bpf_program {
  unsigned short length;
  const void *instructions;
};
struct mount_attr {
  u64 set, clear, propagation, userns;
};

#endif
