import { type Component, components } from "./components.js"
import { surfaces } from "./data/index.js"
import type { Surface } from "./surface.js"
import {
  type Exposure,
  exposures,
  type Kind,
  kinds,
  type Platform,
  platforms,
  type Verification,
  verifications,
} from "./vocabulary.js"

/** What to look for. Every member narrows; one that is left out doesn't. */
export interface SurfaceFilter {
  readonly ids?: readonly string[]
  readonly components?: readonly Component[]
  readonly platform?: Platform
  readonly kinds?: readonly Kind[]
  /** Surfaces that give away at least one of these. */
  readonly exposes?: readonly Exposure[]
  readonly verified?: readonly Verification[]
  readonly byDefault?: "on" | "off"
}

/**
 * The surfaces that a filter lets through, by component.
 *
 * @throws RangeError for a name that isn't known: an empty answer would pass for "nothing to do".
 */
export function surfacesFor(filter: SurfaceFilter = {}): readonly Surface[] {
  for (const id of filter.ids ?? []) surfaceOf(id)
  check("component", filter.components, Object.keys(components))
  check("platform", filter.platform && [filter.platform], platforms)
  check("kind", filter.kinds, Object.keys(kinds))
  check("exposure", filter.exposes, Object.keys(exposures))
  check("verification", filter.verified, Object.keys(verifications))
  check("default", filter.byDefault && [filter.byDefault], ["on", "off"])
  return surfaces.filter(
    (surface) =>
      (filter.ids?.includes(surface.id) ?? true) &&
      (filter.components?.includes(surface.component) ?? true) &&
      (filter.platform === undefined || surface.platforms.includes(filter.platform)) &&
      (filter.kinds?.includes(surface.kind) ?? true) &&
      (filter.exposes?.some((exposure) => surface.exposes.includes(exposure)) ?? true) &&
      (filter.verified?.includes(surface.verified) ?? true) &&
      (filter.byDefault === undefined || surface.byDefault === filter.byDefault),
  )
}

/** @throws RangeError where there is none of that id. */
export function surfaceOf(id: string): Surface {
  const found = surfaces.find((surface) => surface.id === id)
  if (found === undefined) throw new RangeError(`There is no surface ${id}; surfaces has the ids of all.`)
  return found
}

function check(what: string, given: readonly string[] | undefined, known: readonly string[]): void {
  const unknown = given?.find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new RangeError(`There is no ${what} ${JSON.stringify(unknown)}; choose from ${known.join(", ")}.`)
}
