/*
 * What the jail's files share: what the app sends, what is told of each step, and the steps. src/os/jail.ts writes the
 * configuration and reads the results, and has the same numbers. Hidden: of this shared object only.
 */
#ifndef STRONGROOM_JAIL_H
#define STRONGROOM_JAIL_H

#include "kernel.h"

#pragma GCC visibility push(hidden)

/* What the app sends on descriptor 5, as records: u32 kind, u32 length, the bytes, zeros to a multiple of 8. */
enum kind {
  END = 0,        /* the last */
  COVER = 1,      /* a path: a private tmpfs is mounted over it */
  DIRECTORY = 2,  /* a path: the private directory, made if it is not there; the working directory */
  TMPFS = 3,      /* mount options, such as size=1g,mode=0700 */
  READ = 4,       /* a path: files that may be read, and folders that may be listed, at and below it */
  EXECUTE = 5,    /* a path: a program that may be started, without exec: see programs.c */
  DEVICE = 6,     /* a path: a device node that may be read, written and controlled */
  FILTER = 7,     /* a classic BPF program for seccomp(2) */
  THREADS = 8,    /* empty: the names of its own threads may be written, in /proc/self/task */
};

struct record {
  u32 kind;
  u32 length;
  char bytes[]; /* paths and options end with a zero */
};

/* What it leaves on descriptor 5: an i64 for each step, in this order. */
enum step {
  MAGIC,         /* of this table; its lower half is the number of steps */
  TRACER,        /* the process number of a debugger, 0 for none */
  USER,          /* user namespace: 0, -errno, or 1 if as root it was not needed */
  USER_MAPS,     /* its maps, so that the user keeps its number */
  NOT_DUMPABLE,
  NO_CORE,       /* RLIMIT_CORE 0 */
  DESCRIPTORS,   /* all above 5 closed */
  MOUNTS,        /* mount namespace */
  NETWORK,       /* network namespace */
  IPC,           /* IPC namespace */
  PROCESSES,     /* PID namespace */
  PRIVATE_MOUNTS, /* mounts that are made later don't come out */
  READ_ONLY,     /* every mount read-only, without set-user-ID programs */
  COVERED,       /* the first failure of a tmpfs, else 0 */
  COVERS,        /* how many tmpfs were mounted */
  MADE,          /* the private directory */
  ENTERED,       /* it is the working directory */
  OUTER,         /* this process's number as the parent's namespace has it */
  DIES_WITH,     /* SIGKILL for the parent when the app dies, and for this process when the parent does */
  MEMORY_READ,   /* the parent's attempt to read this process's memory: bytes read, or -errno */
  MEMORY_OPEN,   /* its attempt to open /proc/PID/mem: 0 if it could, or -errno */
  RELAY,         /* the parent can do nothing but wait: 0, or the first failure */
  NEW_PROC,      /* a new /proc */
  THREAD_NAMES,  /* how many folders in it are mounted to be written: 1 if THREADS asks for it */
  CAPABILITIES,
  NO_NEW_PRIVS,
  LANDLOCK_ABI,  /* the kernel's, or -errno */
  LANDLOCK,      /* restricted */
  LANDLOCK_RULES, /* how many paths are allowed */
  LANDLOCK_MISSING, /* how many of the declared weren't there */
  SECCOMP,       /* the filter is set */
  STEPS
};

#define MAGIC_VALUE (0x53524a31L << 32 | STEPS) /* "SRJ1" */

/* 3 is the channel to the app, 4 the socket over which it passes descriptors. */
#define DOOR 5

/* Why the process ends here; app/ending.ts puts them into words. */
enum exits { EXIT_TRACED = 121, EXIT_CONFIGURATION = 122, EXIT_FORK = 123 };

extern long told[STEPS];

/* configuration.c. A u32 of how many bytes follow, then the records. Whole and well formed, or nothing is done: 0. */
int read_configuration(void);
/* The next record of `kind` after `from`, or the first. */
const struct record *next(enum kind kind, const struct record *from);
/* Whether all of `length` came. */
int read_all(int descriptor, char *to, size length);

/* text.c */
size length_of(const char *text);
int begins(const char *text, const char *with);
/* Writes the number and a zero; gives where the zero is. */
char *decimal(char *to, unsigned long value);

/* process.c */
void end_process(int code);
/* Ends the process if a debugger is attached. */
void refuse_tracer(void);
void close_door_to_debuggers(void);
void close_descriptors(void);
void drop_capabilities(void);

/* namespaces.c */
void enter_user_namespace(void);
void enter_namespaces(void);

/* mounts.c */
void change_mounts(void);
void enter_directory(void);
void mount_proc(void);

/* fork.c */
void fork_away(void);

/* landlock.c */
void restrict_files(void);

/* filters.c */
void filter_calls(void);
/* Of the parent half, which can do nothing afterwards but wait, and tell the child once how that went. */
result allow_waiting_only(void);

#pragma GCC visibility pop

#endif
