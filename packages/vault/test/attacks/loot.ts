import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { until } from "../support.js"
import { needlesIn, scan } from "./scan.js"
import type { Stage } from "./stage.js"

/** A folder of the attacker's to which what he plants brings what it gets. */
export interface Loot {
  readonly folder: string
  /** Tells what was planted to copy the memory that it is in, and waits until it has. */
  call(): Promise<void>
  /** The commands of the processes in which it ran. */
  ranIn(): readonly string[]
  needles(): readonly string[]
}

export function makeLoot(stage: Stage): Loot {
  const folder = stage.makeFolder("loot")
  return {
    folder,
    async call() {
      writeFileSync(join(folder, "go"), "")
      await until(() => existsSync(join(folder, "done")))
      // Others may be at it still: what they have when nothing grows any more is what they got.
      let size = -1
      await until(async () => {
        const before = size
        size = dumps(folder).reduce((sum, path) => sum + statSync(path).size, 0)
        await new Promise((resolve) => setTimeout(resolve, 200))
        return size === before
      })
    },
    ranIn: () =>
      readdirSync(folder)
        .filter((name) => name.startsWith("ran-"))
        .map((name) => readFileSync(join(folder, name), "latin1").replaceAll("\0", " ")),
    needles: () => needlesIn(scan(stage, [folder])),
  }
}

function dumps(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith("dump-"))
    .map((name) => join(folder, name))
}

/** What was taken by what was planted: needles, and that it ran where the model is. */
export function takenBy(loot: Loot): readonly string[] {
  const inVault = loot.ranIn().filter((command) => /worker\/main\.js/.test(command))
  return [...loot.needles(), ...(inVault.length > 0 ? ["code that ran in the vault"] : [])]
}
