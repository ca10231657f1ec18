import type { Surface } from "@strongroom/surfaces"
import type { Machine } from "./machine.js"
import { closingVariables, openingFiles, openingVariables } from "./opening.js"
import type { Reason, SurfaceState } from "./surface-state.js"
import type { SystemSettings } from "./system.js"
import { systemState } from "./system-state.js"

const byDefault: Reason = { kind: "default" }

/**
 * A surface that is off by default is open where a variable is set whose removal or change closes it, by the entry's own
 * words (`neutralise`), or where a file is there that only refusing helps against. One that is on by default is open unless
 * the variables that close it all have the values that the entry gives, and it needs no private directory: whether one is
 * private can't be seen from here.
 *
 * This reads variables and files. No driver was asked what it makes of them.
 */
export function stateOf(surface: Surface, machine: Machine, system: SystemSettings): SurfaceState {
  const known = systemState(surface.id, machine, system)
  if (known) return known
  const variables = openingVariables(surface, machine)
  const closing = closingVariables(surface, machine)
  // A value that closes wins over files: with cl_cache_dir=/nonexistent ./cl_cache has no say.
  if (closing && variables.length === 0) return { open: false, because: closing }
  if (surface.byDefault === "on") return { open: true, because: [byDefault, ...variables] }
  const because = [...variables, ...openingFiles(surface, machine)]
  return because.length > 0 ? { open: true, because } : { open: false, because: [byDefault] }
}
