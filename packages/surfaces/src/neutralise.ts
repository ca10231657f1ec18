import { type SurfaceFilter, surfacesFor } from "./filter.js"
import type { Surface } from "./surface.js"

/** What closes a set of surfaces at once. `environmentFor` applies it. */
export interface Neutralisation {
  readonly set: Readonly<Record<string, string>>
  /** Variables that must each name a directory of one process alone; `Surface` says what that takes. */
  readonly privateDirectories: readonly string[]
  readonly unset: readonly string[]
  readonly unsetPrefixes: readonly string[]
  /** What no variable answers: where it is there, or is asked for, only refusing helps. */
  readonly refuse: readonly { readonly id: string; readonly trigger: string }[]
}

/**
 * What closes the surfaces given, or those of a filter: everything, on every platform, by default. Say the platform where
 * the result is to be applied: PoCL's answer for Linux is a PATH that Windows can't use.
 *
 * @throws Error where two surfaces contradict each other, which those of this package don't.
 * @throws RangeError for a name that a filter doesn't know.
 */
export function neutralise(chosen: readonly Surface[] | SurfaceFilter = {}): Neutralisation {
  const surfaces = isList(chosen) ? chosen : surfacesFor(chosen)
  const [first] = contradictions(surfaces)
  if (first !== undefined) throw new Error(`${first} Leave one of them out, or settle it in their entries.`)
  const ways = surfaces.map((surface) => surface.neutralise)
  return {
    set: Object.assign({}, ...ways.map((way) => way.set)),
    privateDirectories: distinct(ways.flatMap((way) => way.privateDirectories)),
    unset: distinct(ways.flatMap((way) => way.unset)),
    unsetPrefixes: distinct(ways.flatMap((way) => way.unsetPrefixes)),
    refuse: surfaces.flatMap(({ id, neutralise }) => neutralise.refuse.map((trigger) => ({ id, trigger }))),
  }
}

/**
 * One sentence for each variable of which two surfaces want different things. A value and a prefix to unset are no
 * contradiction: names are unset first.
 */
export function contradictions(surfaces: readonly Surface[]): readonly string[] {
  const wishes = new Map<string, { readonly id: string; readonly wish: string }>()
  const found: string[] = []
  const wants = (id: string, name: string, wish: string) => {
    const other = wishes.get(name)
    if (other === undefined) wishes.set(name, { id, wish })
    else if (other.wish !== wish) found.push(`${other.id} wants ${name} ${other.wish}, ${id} wants it ${wish}.`)
  }
  for (const { id, neutralise } of surfaces) {
    for (const [name, value] of Object.entries(neutralise.set)) wants(id, name, `set to ${JSON.stringify(value)}`)
    for (const name of neutralise.privateDirectories) wants(id, name, "set to a private directory")
    for (const name of neutralise.unset) wants(id, name, "unset")
  }
  return found
}

/**
 * The environment to start a process with: `environment` without what must not be there, and with what must.
 *
 * @param directory what the variables in `privateDirectories` get; needed where there are some
 */
export function environmentFor(
  neutralisation: Neutralisation,
  environment: Readonly<Record<string, string | undefined>>,
  directory?: string,
): Record<string, string> {
  const { set, privateDirectories, unset, unsetPrefixes } = neutralisation
  if (directory === undefined && privateDirectories.length > 0)
    throw new TypeError(`${privateDirectories.join(", ")} must name a private directory: give one.`)
  const kept = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !unset.includes(entry[0]) &&
      !unsetPrefixes.some((prefix) => entry[0].startsWith(prefix)),
  )
  return {
    ...Object.fromEntries(kept),
    ...set,
    ...Object.fromEntries(privateDirectories.map((name) => [name, directory as string])),
  }
}

const distinct = (names: readonly string[]) => [...new Set(names)].sort()

const isList = (chosen: readonly Surface[] | SurfaceFilter): chosen is readonly Surface[] => Array.isArray(chosen)
