import type { Linux } from "../os/linux.js"
import { runningCalls } from "../os/running-calls.js"
import { compileFilter } from "../os/seccomp.js"
import { isSystemCall, thisArchitecture } from "../os/system-calls.js"
import type { SecondFilter } from "./confinement.js"

/** linux/seccomp.h: for every thread that there is. */
const setFilter = 1
const forAllThreads = 1

const notThere = -38
/** ESRCH, as the kernel itself would say it with SECCOMP_FILTER_FLAG_TSYNC_ESRCH. */
const noSuchThread = 3

/**
 * Allows from now on only what running needs: the vault's own list, and what the backend adds. Threads that are made later
 * have it too.
 *
 * @param added are names of system calls; those that the vault doesn't know stay forbidden.
 */
export function setSecondFilter(system: Linux, added: readonly string[], fork: boolean): SecondFilter {
  const architecture = thisArchitecture()
  const allow = [...new Set([...runningCalls, ...added.filter(isSystemCall)])]
  if (architecture === undefined) return { result: notThere, calls: allow.length }
  const instructions = compileFilter({ allow, fork, filters: false, listening: false }, architecture)
  // struct sock_fprog: a length in instructions, room, and their address.
  const program = new Uint8Array(16)
  const view = new DataView(program.buffer)
  view.setUint16(0, instructions.length / 8, true)
  view.setBigUint64(8, system.address(instructions), true)
  // A positive result is the number of a thread that couldn't have it: then none has.
  const result = system.call("seccomp", setFilter, forAllThreads, program)
  return { result: result > 0 ? -noSuchThread : result, calls: allow.length }
}
