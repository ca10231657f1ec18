import { filterFlags, setFilter } from "../os/bpf.js"
import { filterProgram } from "../os/filter-program.js"
import type { Linux } from "../os/linux.js"
import { compileReservingFilter } from "../os/reserving-filter.js"
import { runningCalls } from "../os/running-calls.js"
import { compileFilter } from "../os/seccomp.js"
import { isSystemCall, thisArchitecture } from "../os/system-calls.js"
import type { SecondFilterOutcome } from "./confinement.js"

/**
 * The filter that the main thread sets once the engine has been made, for all threads: from then on only what running needs
 * is allowed. Threads that are made later have it too.
 *
 * Until then an engine can set filters, and one under which seccomp(2) gives 0 and does nothing would make the main thread
 * believe anything. So that none reaches it, the main thread first gets a filter that no other thread has: the kernel lets
 * nobody set one for all threads unless each thread's filters are the beginning of his own, seccomp(2). Then an engine can
 * only set one for its own threads, and the second filter fails, which is told.
 */
export interface SecondFilter {
  /** Called in the main thread, as long as no other thread runs an engine's code. Only the first call counts. */
  reserve(): void
  /** Called in the main thread. Once. */
  set(): SecondFilterOutcome
}

const notThere = -38
/** ESRCH, as the kernel itself would say it with SECCOMP_FILTER_FLAG_TSYNC_ESRCH. */
const noSuchThread = -3

/** Where there is no first filter, or no system call can be made. */
export const noSecondFilter: SecondFilter = {
  reserve() {},
  set: () => ({ result: notThere, calls: 0 }),
}

/**
 * @param added are names of system calls that the backend needs besides the vault's own list; those that the vault doesn't
 *   know stay forbidden.
 */
export function secondFilter(system: Linux, added: readonly string[], fork: boolean): SecondFilter {
  const architecture = thisArchitecture()
  if (architecture === undefined) return noSecondFilter
  const allow = [...new Set([...runningCalls, ...added.filter(isSystemCall)])]
  const program = filterProgram(system, compileFilter({ allow, fork, filters: false, listening: false }, architecture))
  let reserved: number | undefined
  return {
    reserve() {
      if (reserved !== undefined) return
      const own = filterProgram(system, compileReservingFilter(system.address(program), architecture))
      reserved = system.call("seccomp", setFilter, filterFlags.thisThread, own)
    },
    set() {
      const result = reserved === 0 ? system.call("seccomp", setFilter, filterFlags.allThreads, program) : reserved
      // A positive result is the number of a thread that couldn't have it: then none has.
      return { result: result === undefined || result > 0 ? noSuchThread : result, calls: allow.length }
    },
  }
}
