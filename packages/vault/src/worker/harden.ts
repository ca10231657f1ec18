import type { Linux } from "../os/linux.js"

/** linux/prctl.h, linux/resource.h */
const setDumpable = 4
const coreLimit = 4

/**
 * Where there is no jail, what a process can still do for itself: it becomes not dumpable, and leaves no core file. Who
 * opened its memory before that reads on.
 */
export function harden(system: Linux): void {
  system.call("prctl", setDumpable, 0, 0, 0, 0)
  system.call("prlimit64", 0, coreLimit, new Uint8Array(16), 0)
}
