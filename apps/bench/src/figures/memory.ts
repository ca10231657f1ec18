import { execFile } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { type Bench, type Figure, mediansOf } from "../figure.js"

const runs = 3
const child = fileURLToPath(new URL("./child.js", import.meta.url))
const limit = 64

/** Peak resident memory of a fresh process that does one thing to a sealed GiB, over that of one that does nothing. */
async function peak(action: string, folder: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [child, action, folder])
  return Number(stdout)
}

async function over(action: string, folder: string): Promise<readonly number[]> {
  const values: number[] = []
  for (let run = 0; run < runs; run++) values.push((await peak(action, folder)) - (await peak("nothing", folder)))
  return values
}

export const memory: Bench = {
  name: "memory",
  about: "memory held while a GiB is sealed, verified and opened as a stream",
  async measure(say) {
    const figures: Figure[] = []
    const folder = await mkdtemp(join(tmpdir(), "strongroom-memory-"))
    try {
      for (const action of ["seal", "verify", "open"]) {
        say(`memory: ${action} 1 GiB`)
        figures.push({
          name: `peak memory, ${action} 1 GiB, over an idle process`,
          peer: "the limit promised",
          unit: "MiB",
          ...mediansOf(await over(action, folder), limit),
          bar: { atMost: 1 },
        })
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
    return figures
  },
}
