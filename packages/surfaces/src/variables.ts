import { surfaces } from "./data/index.js"
import type { Surface } from "./surface.js"

/**
 * Every environment variable that a surface reads or that closes one, with the surfaces, in the order of the alphabet. A
 * name that ends with `*` stands for all with that beginning.
 */
export function variables(): ReadonlyMap<string, readonly Surface[]> {
  const index = new Map<string, Surface[]>()
  for (const surface of surfaces)
    for (const name of namesOf(surface)) index.set(name, [...(index.get(name) ?? []), surface])
  return new Map([...index].sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** The surfaces that a variable concerns, by its name or by its beginning. Names are taken as they are written. */
export function surfacesOfVariable(name: string): readonly Surface[] {
  return surfaces.filter((surface) =>
    [...namesOf(surface)].some((known) => (known.endsWith("*") ? name.startsWith(known.slice(0, -1)) : known === name)),
  )
}

function namesOf({ trigger, neutralise }: Surface): ReadonlySet<string> {
  return new Set([
    ...Object.keys(trigger.variables),
    ...Object.keys(neutralise.set),
    ...neutralise.privateDirectories,
    ...neutralise.unset,
    ...neutralise.unsetPrefixes.map((prefix) => `${prefix}*`),
  ])
}
