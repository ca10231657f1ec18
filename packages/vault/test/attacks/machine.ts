import { closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs"

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

/** Writes a byte of this process's own code as it is, which is what a debugger does: /proc/PID/mem goes past the map. */
function writeOwnCode(): string | undefined {
  const [, from] = /^([0-9a-f]+)-\S+ r-xp .*\//m.exec(read("/proc/self/maps") ?? "") ?? []
  if (from === undefined) return "no map of this process"
  try {
    const file = openSync("/proc/self/mem", "r+")
    try {
      const byte = Buffer.alloc(1)
      readSync(file, byte, 0, 1, Number.parseInt(from, 16))
      writeSync(file, byte, 0, 1, Number.parseInt(from, 16))
    } finally {
      closeSync(file)
    }
  } catch (error) {
    return Object(error).code
  }
  return undefined
}

const refusal = writeOwnCode()

/** Why nobody can write code by /proc/PID/mem here, as kernels from 6.12 on can be set (proc_mem.force_override). */
export const forcedWritesDenied =
  refusal === undefined ? undefined : `the kernel lets nobody write code by /proc/PID/mem (${refusal})`
