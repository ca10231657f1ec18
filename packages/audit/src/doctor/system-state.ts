import type { Machine } from "./machine.js"
import type { Reason, SurfaceState } from "./surface-state.js"
import type { SystemSettings } from "./system.js"

/** How the system is set decides on these; undefined where it isn't known, or decides nothing. */
export function systemState(id: string, { platform }: Machine, system: SystemSettings): SurfaceState | undefined {
  return platform === "linux" ? states[id]?.(system) : undefined
}

const setting = (name: string, value: string): Reason => ({ kind: "system", name, value })

const states: { readonly [id: string]: (system: SystemSettings) => SurfaceState | undefined } = {
  "os-core-dump"({ corePattern, coreLimit }) {
    if (corePattern === null || coreLimit === null) return undefined
    // core(5): a limit of 0 is no limit for programs that core files are handed to.
    const piped = corePattern.startsWith("|")
    const because = [setting("core_pattern", corePattern), setting("core limit", coreLimit.soft)]
    return { open: (piped || coreLimit.soft !== "0") && corePattern !== "", because }
  },
  // ptrace(2): 1 leaves it to a process's parents and to whom it names, 2 to those with CAP_SYS_PTRACE, 3 to nobody.
  "os-ptrace-mem"({ ptraceScope, root }) {
    if (ptraceScope === null) return undefined
    const open = ptraceScope < 2 || (root && ptraceScope < 3)
    return { open, because: [setting("ptrace_scope", String(ptraceScope)), ...(root ? [setting("user", "root")] : [])] }
  },
  "os-tmp-redirect"({ temporary: { folder, fileSystem } }) {
    if (fileSystem === null) return undefined
    return { open: true, because: [{ kind: "default" }, setting(folder, `on ${fileSystem}`)] }
  },
  "os-swap-hibernate"({ swap, hibernation }) {
    if (swap === null) return undefined
    const because = [setting("swap", swap.join(", ") || "none")]
    return {
      open: swap.length > 0,
      because: hibernation ? [...because, setting("hibernation", "possible")] : because,
    }
  },
}
