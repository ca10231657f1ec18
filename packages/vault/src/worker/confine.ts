import type { ToVault } from "../channel/messages.js"
import type { JailResults } from "../os/jail.js"
import { linux } from "../os/linux.js"
import { attemptForbidden } from "./attempts.js"
import type { Confinement } from "./confinement.js"
import { harden } from "./harden.js"
import type { InheritedSockets } from "./inherited-sockets.js"
import type { SecondFilter } from "./second-filter.js"
import { retakeInspectorSignal } from "./signals.js"

/** What was done before there was an engine. */
export interface BeforeEngine {
  readonly inherited: InheritedSockets | undefined
  readonly attributes: Confinement["attributes"]
  readonly second: SecondFilter
}

/** The last doors are shut, now that the engine has been made; then everything forbidden is tried. */
export async function confine(
  open: Extract<ToVault, { type: "open" }>,
  jail: JailResults | undefined,
  { inherited, attributes, second }: BeforeEngine,
): Promise<Confinement> {
  retakeInspectorSignal()
  const { execute = [] } = open.backend.needs
  const system = await linux()
  if (system && !jail) harden(system)
  const secondFilter = second.set()
  const attempts = await attemptForbidden(open.writable)
  return { jail, missing: open.noJail, attempts, execute, attributes, secondFilter, inherited }
}
