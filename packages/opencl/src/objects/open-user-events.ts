import type { Owned } from "./owned.js"

/** How many user events of a context nobody has settled yet. Only JavaScript can, so waiting for them alone is idle. */
const open = new WeakMap<Owned, number>()

export function hasOpenUserEvents(context: Owned): boolean {
  return (open.get(context) ?? 0) > 0
}

export function countOpenUserEvents(context: Owned, change: 1 | -1): void {
  open.set(context, (open.get(context) ?? 0) + change)
}
