import type { Case } from "./case.js"
import lists from "./declared-out.json"

/**
 * The cases that aren't tried, and why: `declared-out.json` has them by reason, as `kind/name`.
 *
 * @throws Error where it names a case that isn't there
 */
export function reasonsOut(cases: readonly Case[]): ReadonlyMap<Case, string> {
  const byName = new Map(cases.map((one) => [`${one.kind}/${one.name}`, one]))
  return new Map(
    Object.entries(lists).flatMap(([reason, names]) =>
      names.map((name) => {
        const one = byName.get(name)
        if (one === undefined) throw new Error(`declared-out.json names ${name}, which isn't a case.`)
        return [one, reason] as const
      }),
    ),
  )
}
