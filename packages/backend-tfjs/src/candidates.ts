import type { Needs } from "@strongroom/core/backend"
import { type EngineName, engineByName, engines } from "./engines/index.js"
import type { CheckedOptions } from "./options.js"

/** What crosses to the vault: which engines there are here, the preferred first, and why others were passed over. */
export type Candidates = {
  readonly isNamed: boolean
  readonly found: readonly Candidate[]
  readonly passedOver: readonly PassedOver[]
}

export type Candidate = { readonly engine: EngineName; readonly place: string }
export type PassedOver = { readonly engine: EngineName; readonly reason: string }

/**
 * Looks which engines this machine has. With `auto` these are all, since a model can name another than the first; the vault
 * must then be open for what each of them needs.
 */
export function findCandidates({ engine, ...options }: CheckedOptions): { candidates: Candidates; needs: Needs } {
  const isNamed = engine !== "auto"
  const found: Candidate[] = []
  const passedOver: PassedOver[] = []
  const needs: Needs[] = []
  for (const { name, find } of isNamed ? [engineByName(engine)] : engines) {
    const result = find({ ...options, isNamed })
    if ("missing" in result) passedOver.push({ engine: name, reason: result.missing })
    else {
      found.push({ engine: name, place: result.place })
      needs.push(result.needs)
    }
  }
  return { candidates: { isNamed, found, passedOver }, needs: allNeeds(needs) }
}

function allNeeds(needs: readonly Needs[]): Needs {
  const all = (member: "devices" | "read" | "execute" | "systemCalls") => [
    ...new Set(needs.flatMap((each) => each[member] ?? [])),
  ]
  return {
    devices: all("devices"),
    read: all("read"),
    execute: all("execute"),
    systemCalls: all("systemCalls"),
    environment: Object.assign({}, ...needs.map(({ environment }) => environment)),
  }
}
