import { existsSync } from "node:fs"
import { join } from "node:path"
import { type Machine, textOf, variableOf } from "./machine.js"

/** What the system says of itself. Null is what can't be read, as everything here on macOS and Windows. */
export interface SystemSettings {
  /** kernel.core_pattern: where core files go; a `|` hands them to a program. */
  readonly corePattern: string | null
  /** RLIMIT_CORE of this process, in bytes or `unlimited`: how large a core file may be, and how far a user can raise it. */
  readonly coreLimit: { readonly soft: string; readonly hard: string } | null
  /** kernel.yama.ptrace_scope, 0 where the kernel has none: any process of the user may read any other. */
  readonly ptraceScope: number | null
  /** Files and devices that memory is swapped to. */
  readonly swap: readonly string[] | null
  /** Whether the kernel can write all memory to swap and switch off. */
  readonly hibernation: boolean | null
  /** The folder for temporary files. */
  readonly temporary: { readonly folder: string; readonly fileSystem: string | null; readonly inMemory: boolean | null }
  readonly root: boolean
}

export function systemOf(machine: Machine): SystemSettings {
  const read = (path: string) => textOf(join(machine.root, path))
  const limit = /^Max core file size +(\S+) +(\S+)/m.exec(read("/proc/self/limits") ?? "")
  const scope = read("/proc/sys/kernel/yama/ptrace_scope")
  const power = read("/sys/power/state")
  const folder = variableOf(machine, "TMPDIR") ?? "/tmp"
  const fileSystem = fileSystemOf(folder, read("/proc/self/mounts") ?? read("/proc/mounts"))
  return {
    corePattern: read("/proc/sys/kernel/core_pattern") ?? null,
    coreLimit: limit?.[1] && limit[2] ? { soft: limit[1], hard: limit[2] } : null,
    ptraceScope: scope === undefined ? (existsSync(join(machine.root, "/proc/sys/kernel")) ? 0 : null) : Number(scope),
    swap:
      read("/proc/swaps")
        ?.split("\n")
        .slice(1)
        .flatMap((line) => line.split(/\s+/)[0] || []) ?? null,
    // Without support the file has no "disk", and in most containers it isn't there.
    hibernation: power === undefined ? null : power.split(/\s+/).includes("disk"),
    temporary: {
      folder,
      fileSystem: fileSystem ?? null,
      inMemory: fileSystem === undefined ? null : /^(tmpfs|ramfs)$/.test(fileSystem),
    },
    root: process.getuid?.() === 0,
  }
}

/** The type of the last mount on the way to a folder. */
function fileSystemOf(folder: string, mounts: string | undefined): string | undefined {
  let best: { readonly place: string; readonly type: string } | undefined
  for (const line of mounts?.split("\n") ?? []) {
    const [, mounted = "", type = ""] = line.split(" ")
    const place = mounted.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
    const holds = place === "/" || folder === place || folder.startsWith(`${place}/`)
    if (holds && place.length >= (best?.place.length ?? 0)) best = { place, type }
  }
  return best?.type
}
