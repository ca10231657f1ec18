import { readdirSync, readFileSync } from "node:fs"

/**
 * How many bytes of memory a process and all that it has started hold, as Linux tells anybody, also of processes that show
 * nothing else, as vaults. Memory that they share counts for each.
 */
export function residentBytes(pid: number): number {
  const processes = readdirSync("/proc").flatMap((name) => describe(Number(name)))
  const family = new Set([pid])
  // A set hands out what is added while it is walked.
  for (const parent of family) {
    for (const each of processes) if (each.parent === parent) family.add(each.pid)
  }
  return processes.reduce((sum, each) => sum + (family.has(each.pid) ? each.resident : 0), 0)
}

/** A process that has ended meanwhile, or what is no process, isn't one. */
function describe(
  pid: number,
): readonly { readonly pid: number; readonly parent: number; readonly resident: number }[] {
  if (!Number.isInteger(pid)) return []
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1")
    const number = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0)
    return [{ pid, parent: number("PPid"), resident: number("VmRSS") * 1024 }]
  } catch {
    return []
  }
}
