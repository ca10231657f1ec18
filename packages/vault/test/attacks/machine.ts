import { readFileSync } from "node:fs"

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1").trim()
  } catch {
    return undefined
  }
}

const yama = read("/proc/sys/kernel/yama/ptrace_scope")

/** Why nobody can read another process here, whatever it does for itself. */
export const ptraceDenied =
  yama !== undefined && yama !== "0"
    ? `the kernel allows it for no process (kernel.yama.ptrace_scope=${yama})`
    : undefined

/** Where cores go: a pattern for a file, or a program after "|". core(5) */
export const corePattern = read("/proc/sys/kernel/core_pattern") ?? ""

export const coresPiped = corePattern.startsWith("|") ? "cores go to a program, out of this user's reach" : undefined

export const isRoot = process.getuid?.() === 0
