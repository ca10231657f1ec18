import { readdirSync, readFileSync } from "node:fs"

interface Process {
  readonly pid: number
  readonly parent: number
  /** Bytes of memory that it holds. */
  readonly resident: number
}

/**
 * How many bytes of memory a process and all its descendants hold: what they share counts for each. By /proc, so on Linux
 * alone, where anybody may read it even of a vault.
 */
export function residentBytes(pid: number): number {
  const processes = readdirSync("/proc").flatMap((name) => processOf(Number(name)) ?? [])
  const family = new Set([pid])
  // A set hands out what is added while it is walked.
  for (const parent of family) {
    for (const each of processes) if (each.parent === parent) family.add(each.pid)
  }
  return processes.reduce((sum, each) => sum + (family.has(each.pid) ? each.resident : 0), 0)
}

/** `undefined` for a name in /proc that is no process's, or that of one that has ended meanwhile. */
function processOf(pid: number): Process | undefined {
  if (!Number.isInteger(pid)) return undefined
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1")
    const number = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0)
    return { pid, parent: number("PPid"), resident: number("VmRSS") * 1024 }
  } catch {
    return undefined
  }
}
