import { readFileSync } from "node:fs"

/**
 * True where the processors that this process may use are the machine's first ones. PoCL binds its thread number i to
 * processor i, however many it is given, and ends the process where a container's set of processors forbids that one
 * (lib/CL/devices/pthread/pthread_scheduler.c).
 */
export function hasFirstProcessors(): boolean {
  try {
    const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]
    return allowed !== undefined && areFirst(allowed)
  } catch {
    return false
  }
}

/** Of a list as proc(5) has it: `0-7`, `0`, `2,4-5`. */
export const areFirst = (list: string): boolean => /^0(-\d+)?$/.test(list)
