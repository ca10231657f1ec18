import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Bench, Figure } from "../figure.js"
import type { LoadTimes } from "../load-case.js"
import { inTurn, median } from "../measure.js"
import { type PlainModel, prepare, recognitionModel, syntheticModel } from "../models.js"

const runs = 9
const child = fileURLToPath(new URL("./load-child.js", import.meta.url))
const require = createRequire(import.meta.url)
const peer = `onnxruntime-node ${require("onnxruntime-node/package.json").version}, the same model from bytes`

/**
 * From the sealed file to the first outputs, in an open vault, against the engine alone from plain bytes that are already
 * in memory. Every sample is a process of its own, as an app loads its model once; each then loads once more.
 */
async function loadFigures(model: PlainModel): Promise<readonly Figure[]> {
  const { casePath, folder, remove } = await prepare(model)
  const outputPath = (side: string) => join(folder, `${side}.outputs`)
  const sample = (side: "sealed" | "plain") => async (): Promise<LoadTimes> => {
    const { stdout } = await promisify(execFile)(process.execPath, [child, side, casePath, outputPath(side)])
    return JSON.parse(stdout)
  }
  try {
    const times = await inTurn(runs, sample("sealed"), sample("plain"))
    const figure = (about: string, which: keyof LoadTimes): Figure => ({
      name: `sealed load to first inference, ${about}${model.name}`,
      peer,
      unit: "ms",
      ours: median(times.ours.map((sample) => sample[which])),
      theirs: median(times.peer.map((sample) => sample[which])),
      runs,
    })
    const [ours, theirs] = [await readFile(outputPath("sealed")), await readFile(outputPath("plain"))]
    return [
      { ...figure("", "first"), bar: { atMost: 1.4 } },
      // No promise: the engine alone finds all its memory warm, and the vault starts a thread anew.
      figure("again in the same process, ", "again"),
      {
        name: `output bytes that are the engine's own, ${model.name}`,
        peer,
        unit: "%",
        ours: percentEqual(ours, theirs),
        theirs: 100,
        runs: 1,
        bar: { atLeast: 1 },
      },
    ]
  } finally {
    await remove()
  }
}

/** How many bytes are alike at the same place; none if there are more or fewer, or none at all. */
function percentEqual(ours: Uint8Array, theirs: Uint8Array): number {
  if (ours.length !== theirs.length || ours.length === 0) return 0
  return (100 * ours.filter((byte, i) => byte === theirs[i]).length) / ours.length
}

export const load: Bench = {
  name: "load",
  about: "from a sealed file to the first inference, in an open vault",
  async measure(say) {
    const figures: Figure[] = []
    for (const model of [recognitionModel, syntheticModel]) {
      say(`load: ${model.name}`)
      figures.push(...(await loadFigures(model)))
    }
    return figures
  },
}
