import type { Component } from "@strongroom/surfaces"
import type { Driver } from "./driver.js"

/** Surfaces that only some versions have, as their entries say in words: from the first, to before the second. */
const having: { readonly [id: string]: { readonly from?: string; readonly before?: string } } = {
  "intel-neo-cache": { from: "23.35" },
  "intel-neo-cache-legacy": { before: "24.17" },
}

/**
 * The version by which a driver that answered has no such surface; undefined where it has, where another driver of the
 * component may, or where no version is known.
 */
export function versionWithout(id: string, component: Component, drivers: readonly Driver[]): string | undefined {
  const range = having[id]
  const own = drivers.filter((driver) => driver.component === component && driver.outcome !== "file")
  if (!range || own.length === 0) return undefined
  const lacking = own.filter(
    ({ version }) =>
      /^\d+\.\d/.test(version) &&
      ((range.from !== undefined && compare(version, range.from) < 0) ||
        (range.before !== undefined && compare(version, range.before) >= 0)),
  )
  return lacking.length === own.length ? lacking[0]?.version : undefined
}

/** By numbers, as far as the shorter one goes. */
function compare(one: string, other: string): number {
  const [left, right] = [one, other].map((version) => version.split(".").map((part) => Number.parseInt(part, 10))) as [
    number[],
    number[],
  ]
  for (let place = 0; place < Math.min(left.length, right.length); place += 1) {
    const difference = (left[place] ?? 0) - (right[place] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
