import type { Backend } from "@strongroom/core/backend"
import type { ToVault } from "../channel/messages.js"
import type { JailResults } from "../os/jail.js"
import { linux } from "../os/linux.js"
import { attemptForbidden } from "./attempts.js"
import { keepAttributes } from "./attributes.js"
import type { Confinement } from "./confinement.js"
import { harden } from "./harden.js"
import { type InheritedSockets, nameInheritedSockets } from "./inherited-sockets.js"
import { noSecondFilter, type SecondFilter, secondFilter } from "./second-filter.js"
import { retakeInspectorSignal } from "./signals.js"

/** What was done before there was an engine. */
export interface BeforeEngine {
  readonly inherited: InheritedSockets | undefined
  readonly attributes: Confinement["attributes"]
  readonly second: SecondFilter
}

/** Shuts the doors that an engine, which is made in a thread, could hold open. */
export async function shutBeforeEngine(needs: Backend["needs"], jail: JailResults | undefined): Promise<BeforeEngine> {
  return {
    inherited: jail && (await nameInheritedSockets()),
    attributes: await keepAttributes(jail),
    second: await secondFilterFor(needs, jail),
  }
}

/** Only where there is a first: without one, nothing keeps an engine from setting what it wants at any time. */
async function secondFilterFor(needs: Backend["needs"], jail: JailResults | undefined): Promise<SecondFilter> {
  const system = await linux()
  if (!system || jail?.seccomp !== 0) return noSecondFilter
  return secondFilter(system, needs.systemCalls ?? [], (needs.execute ?? []).length > 0)
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
  const filtered = second.set()
  const attempts = await attemptForbidden(open.writable)
  return { jail, missing: open.noJail, attempts, execute, attributes, secondFilter: filtered, inherited }
}
