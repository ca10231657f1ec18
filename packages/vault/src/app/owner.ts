import { readFileSync, readlinkSync } from "node:fs"

/**
 * A process, named so that another one can tell later whether it still lives: a process number alone is given again
 * to others. Only processes of one PID namespace can tell, so that is named too. Where there is no /proc the start
 * time is 0 and unknown.
 */
export interface Owner {
  readonly namespace: string
  readonly pid: number
  /** Clock ticks since the machine's boot: /proc/PID/stat, field 22 (proc(5)). */
  readonly started: string
}

export function thisProcess(): Owner {
  return { namespace: namespace(), pid: process.pid, started: state(process.pid)?.started ?? "0" }
}

/** False only when the process has surely ended. */
export function isAlive(owner: Owner): boolean {
  if (owner.namespace !== namespace()) return true
  if (owner.started === "0") return answers(owner.pid)
  const found = state(owner.pid)
  return found !== undefined && found.started === owner.started && found.letter !== "Z" && found.letter !== "X"
}

function namespace(): string {
  try {
    return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0"
  } catch {
    return "0"
  }
}

function state(pid: number): { letter: string; started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
    // The second field is the program's name in parentheses, which may hold anything.
    const [letter, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    const started = rest[18]
    return letter && started ? { letter, started } : undefined
  } catch {
    return undefined
  }
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}
