import { readFileSync } from "node:fs"

/**
 * Yama's ptrace_scope (Documentation/admin-guide/LSM/Yama.rst): 1, Ubuntu's default, lets a process look into its own
 * descendants, 2 only into any with CAP_SYS_PTRACE, 3 into none. Absent where the kernel has no Yama.
 */
export function readPtraceScope(): number | undefined {
  try {
    return Number(readFileSync("/proc/sys/kernel/yama/ptrace_scope", "utf8"))
  } catch {
    return undefined
  }
}

/** @throws an Error where no path of a program could be read, so that nothing would be seen. */
export function checkPtraceScope(scope = readPtraceScope(), isRoot = process.geteuid?.() === 0): void {
  if (scope === undefined || scope < 2 || (scope === 2 && isRoot)) return
  const answer = scope === 2 ? "Audit as root, or set it" : "Start the machine with it set"
  throw new Error(
    `Yama forbids to look into programs: /proc/sys/kernel/yama/ptrace_scope is ${scope}. ${answer} to 1 or 0. Nothing was run.`,
  )
}
