import type { ToVault } from "../channel/messages.js"
import type { JailResults } from "../os/jail.js"
import { linux } from "../os/linux.js"
import { attemptForbidden } from "./attempts.js"
import type { Confinement } from "./confinement.js"
import { harden } from "./harden.js"
import type { InheritedSockets } from "./inherited-sockets.js"
import { setSecondFilter } from "./second-filter.js"
import { retakeInspectorSignal } from "./signals.js"

/** The last doors are shut, now that the engine has been made; then everything forbidden is tried. */
export async function confine(
  open: Extract<ToVault, { type: "open" }>,
  jail: JailResults | undefined,
  inherited: InheritedSockets | undefined,
): Promise<Confinement> {
  retakeInspectorSignal()
  const { execute = [] } = open.backend.needs
  const system = await linux()
  if (system && !jail) harden(system)
  const secondFilter =
    system && jail?.seccomp === 0
      ? setSecondFilter(system, open.backend.needs.systemCalls ?? [], execute.length > 0)
      : { result: notThere, calls: 0 }
  const attempts = await attemptForbidden(open.writable)
  return { jail, missing: open.noJail, attempts, execute, secondFilter, inherited }
}

/** -ENOSYS */
const notThere = -38
