/** Bytes: what a file holds is copied before it is cut, unless it has more; that is then among what was lost. */
export const copyLimit = 256 << 20

/** What an audit can miss, on any machine: part of every report. */
export const auditLimits: readonly string[] = [
  "What programs write that were running before and are asked over a socket, a pipe or D-Bus: a daemon, a print queue, a container.",
  "What the kernel writes: swap, core files, which `strongroom sweep` looks for, and pages of memory in a hibernated machine.",
  "Bytes that are overwritten in place: of a file that stays open or is opened again without being cut, the last state is seen.",
  "Descriptors that the program was given open, its standard output and error among them, and what comes to it over a socket.",
  "Of files without a name that stay open, when more than 128 are kept or they have 512 MiB: what is written after the look at them.",
  `What a file of more than ${copyLimit >> 20} MiB held before it was cut: the report says of which, as of all that couldn't be read.`,
  "A model in a zip archive of more than 64 MiB, and in a gzip file of which it is behind the first 64 MiB.",
  "Extended attributes, file names, symbolic links and sizes as carriers of data, message queues, and shared memory of System V (shmget).",
  "What a program hides on purpose: a thread can change a path in memory between the look at it and the kernel's own.",
  "Processes that closed themselves to others of the same user, as a vault does: that they wrote is counted, what is not seen.",
  "Where Yama's ptrace_scope is 1, as on Ubuntu, for all but root: the same of daemons, which leave their parent.",
]
