import {
  allowed,
  anyBit,
  audit,
  data,
  encode,
  equal,
  errno,
  failWith,
  filterFlags,
  give,
  greater,
  type Instruction,
  load,
  setFilter,
} from "./bpf.js"
import { type Architecture, numberOf, type SystemCall } from "./system-calls.js"

/**
 * A filter for seccomp(2): what isn't allowed fails with EPERM, and what is newer than this table with ENOSYS, so that a
 * C library takes its older way.
 */
export interface Filter {
  readonly allow: readonly SystemCall[]
  /**
   * True: the process may be forked, as native/programs.c does to start a program without exec, which nobody may. Threads
   * may be made in any case.
   */
  readonly fork: boolean
  /** True: a further filter may be set. Filters only ever add to one another. */
  readonly filters: boolean
  /**
   * True: local sockets of packets may be made, named and listened at, and neither connected nor accepted from. NVIDIA's
   * driver makes one to share its memory device with, and without it doesn't start.
   */
  readonly listening: boolean
}

/** The first number that neither architecture uses for a call of its own; x64 has those of its x32 ABI above. */
const firstUnknown = 512

/** linux/sched.h */
const flags = { thread: 0x00010000, namespaces: 0x7e020000 }

/**
 * prctl(2): naming, timer slack and huge pages of one's own, and asking. Not what makes a process readable, traceable
 * or longer-lived than its parent.
 */
const processControls = {
  PR_GET_PDEATHSIG: 2,
  PR_GET_DUMPABLE: 3,
  PR_SET_NAME: 15,
  PR_GET_NAME: 16,
  PR_GET_SECCOMP: 21,
  PR_CAPBSET_READ: 23,
  PR_SET_TIMERSLACK: 29,
  PR_GET_TIMERSLACK: 30,
  PR_GET_NO_NEW_PRIVS: 39,
  PR_GET_TID_ADDRESS: 40,
  PR_SET_THP_DISABLE: 41,
  PR_GET_THP_DISABLE: 42,
  PR_SET_VMA: 0x53564d41,
}

/** ioctl(2) of terminals that put words into another's mouth. */
const forbiddenControls = { TIOCSTI: 0x5412, TIOCLINUX: 0x541c, TIOCSETD: 0x5423 }

/** linux/socket.h, linux/net.h: with SOCK_CLOEXEC and SOCK_NONBLOCK, either or both. */
const unixFamily = 1
const packets = [0x5, 0x80005, 0x805, 0x80805] as const

/** What a fork that becomes a program does, and waiting for it. */
const forking = ["close_range", "wait4", "waitid"] as const satisfies readonly SystemCall[]

/** Allows if the argument is one of `values`, else refuses; or the other way round. */
function among(argument: number, values: readonly number[], inside: number, outside: number): Instruction[] {
  const tests = values.map((value, index) => equal(value, values.length - index, 0))
  return [load(data.low(argument)), ...tests, give(outside), give(inside)]
}

/** What decides about a call that is allowed only in some forms. Each ends in a return. */
function conditions({ fork, filters, listening }: Filter): { readonly [name in SystemCall]?: readonly Instruction[] } {
  const refused = failWith(errno.EPERM)
  return {
    // Its flags are in memory, where a filter can't look; C libraries then use clone.
    clone3: [give(failWith(errno.ENOSYS))],
    clone: fork
      ? [load(data.low(0)), anyBit(flags.namespaces, 0, 1), give(refused), give(allowed)]
      : [
          load(data.low(0)),
          anyBit(flags.thread, 1, 0),
          give(refused),
          anyBit(flags.namespaces, 0, 1),
          give(refused),
          give(allowed),
        ],
    prctl: among(0, Object.values(processControls), allowed, refused),
    ioctl: among(1, Object.values(forbiddenControls), refused, allowed),
    // One's own only: 0 is this process.
    prlimit64: among(0, [0], allowed, refused),
    ...(listening && {
      socket: [load(data.low(0)), equal(unixFamily, 1, 0), give(refused), ...among(1, packets, allowed, refused)],
      bind: [give(allowed)],
      listen: [give(allowed)],
    }),
    // Without a flag that would have a thread answer others' calls.
    ...(filters && {
      seccomp: [
        load(data.low(0)),
        equal(setFilter, 1, 0),
        give(refused),
        ...among(1, Object.values(filterFlags), allowed, refused),
      ],
    }),
    ...(fork && Object.fromEntries(forking.map((name) => [name, [give(allowed)]]))),
  }
}

/** The filter as a program, from {@link encode}. */
export function compileFilter(filter: Filter, architecture: Architecture): Uint8Array {
  const program: Instruction[] = [
    load(data.architecture),
    equal(audit[architecture], 1, 0),
    give(failWith(errno.EPERM)),
    load(data.number),
    greater(firstUnknown - 1, 0, 1),
    give(failWith(errno.ENOSYS)),
  ]
  for (const [name, body] of Object.entries(conditions(filter))) {
    const number = numberOf(name as SystemCall, architecture)
    if (number !== undefined) program.push(equal(number, 0, body.length), ...body)
  }
  for (const name of filter.allow) {
    const number = numberOf(name, architecture)
    if (number !== undefined) program.push(equal(number, 0, 1), give(allowed))
  }
  program.push(give(failWith(errno.EPERM)))
  return encode(program)
}
