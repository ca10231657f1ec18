import { existsSync } from "node:fs"
import type { GuaranteeId } from "@strongroom/core"
import type { Surface } from "@strongroom/surfaces"
import { filesLike, type Machine, pathOn } from "./machine.js"

/** What stands against a surface in a vault. */
export interface VaultAnswer {
  /** The guarantees that stand against it; whether each holds here is in the vault's report. Empty: none does. */
  readonly guarantees: readonly GuaranteeId[]
  /** Files of the system's on this machine that open it in a vault too: only their administrator can remove them. */
  readonly remaining: readonly string[]
  /**
   * What tests showed: `harmless`, the same was tried on a vault and gave nothing; `no`, it wasn't tried.
   */
  readonly tried: "harmless" | "no"
}

/** Those that the rule below can't tell. */
const special: { readonly [id: string]: readonly GuaranteeId[] } = {
  "os-core-dump": ["process.core-dumps"],
  "os-ptrace-mem": ["memory.private"],
  "os-swap-hibernate": ["memory.locked", "swap.none"],
  "os-tmp-redirect": ["process.environment", "process.private-directory"],
  "os-inotify-race": ["process.private-directory"],
  "node-inspector": ["process.inspector"],
  "node-heap-dumps": ["process.environment", "process.core-dumps"],
  "node-env-worker": ["process.environment"],
  "pocl-ld-path": ["process.environment", "process.execute"],
  "pocl-remote": ["process.environment", "network.none"],
  "pocl-cache-poison": ["process.environment", "process.private-directory"],
  "ort-telemetry": ["process.private-directory", "process.directory-in-memory", "network.none"],
}

/**
 * By what a vault is: its environment is built from nothing, so that no variable of the user's is in it; home, working and
 * temporary folders are its own, so that files there aren't, and what is written there ends with it; it can write nowhere
 * else. What a program does by its own options (an entry's `api`) is the backend's affair: no guarantee stands against it.
 */
export function vaultAnswer(surface: Surface, machine: Machine): VaultAnswer {
  const tried = surface.proof?.vault
  return {
    guarantees: special[surface.id] ?? byRule(surface),
    remaining: remainingFiles(surface, machine),
    tried: tried === undefined || tried === "open" ? "no" : tried,
  }
}

const writing = new Set<Surface["kind"]>(["kernel-cache", "graph-cache", "autotune", "temporary-file", "dump"])

function byRule({ trigger, kind, where }: Surface): readonly GuaranteeId[] {
  const hasVariables = Object.keys(trigger.variables).length > 0
  const ownFiles = trigger.files.some((file) => /(^|directory )(\.|~)\//.test(file))
  const writes = writing.has(kind) && where !== "" && !/^(stderr|console|log callback)$/.test(where)
  const prints = /stderr|console/.test(where)
  return [
    ...(hasVariables ? (["process.environment"] as const) : []),
    ...(ownFiles || writes ? (["process.private-directory"] as const) : []),
    ...(writes ? (["process.directory-in-memory", "files.confined"] as const) : []),
    ...(prints ? (["process.output"] as const) : []),
  ]
}

/** Of what must be refused or decides by its presence: what is in the system's folders, which a vault reads too. */
function remainingFiles({ trigger, neutralise }: Surface, machine: Machine): string[] {
  const paths = [...new Set([...trigger.files, ...neutralise.refuse])].flatMap((file) => {
    const [path = ""] = file.split(" ")
    return /^\/(etc|usr)\/[^<>]*$/.test(path) && !registries.has(path) ? [path] : []
  })
  return paths.flatMap((path) => filesLike(pathOn(machine, path))).filter((path) => existsSync(path))
}

/** Where drivers are installed: that they are there is what a machine is for. */
const registries = new Set(["/etc/OpenCL/vendors/*.icd", "/etc/ld.so.conf.d"])
