import { readdirSync } from "node:fs"
import type { Attack } from "./attack.js"

const names = readdirSync(new URL("list", import.meta.url)).sort()

/** Those of every file of list/. */
export const attacks: readonly Attack[] = (
  await Promise.all(
    names.map(
      async (name) =>
        (await import(new URL(`list/${name}`, import.meta.url).href)) as { readonly attacks: readonly Attack[] },
    ),
  )
).flatMap((list) => list.attacks)
