import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { type Bench, type Figure, mediansOf } from "../figure.js"
import type { LoadTimes, Side } from "../load-case.js"
import { allInTurn } from "../measure.js"
import { type PlainModel, prepare, recognitionModel, syntheticModel } from "../models.js"

const runs = 9
const child = fileURLToPath(new URL("./load-child.js", import.meta.url))
const require = createRequire(import.meta.url)
const peer = `onnxruntime-node ${require("onnxruntime-node/package.json").version}`
const fromFile = `${peer}, the plain file`
const fromBytes = `${peer}, plain bytes that are in memory`

/**
 * From the sealed file to the first outputs, in an open vault, against the engine alone: from the plain file, and from
 * plain bytes that are in memory already. Every sample is a process of its own, as an app loads its model once; each then
 * loads once more.
 */
async function loadFigures(model: PlainModel): Promise<readonly Figure[]> {
  const { casePath, folder, remove } = await prepare(model)
  const outputPath = (side: string) => join(folder, `${side}.outputs`)
  const sample = (side: Side) => async (): Promise<LoadTimes> => {
    const { stdout } = await promisify(execFile)(process.execPath, [child, side, casePath, outputPath(side)])
    return JSON.parse(stdout)
  }
  try {
    const [sealed = [], file = [], bytes = []] = await allInTurn(runs, [
      sample("sealed"),
      sample("file"),
      sample("bytes"),
    ])
    const figure = (about: string, which: keyof LoadTimes, peer: string, theirs: readonly LoadTimes[]): Figure => ({
      name: `sealed load to first inference, ${about}${model.name}`,
      peer,
      unit: "ms",
      ...mediansOf(
        sealed.map((sample) => sample[which]),
        theirs.map((sample) => sample[which]),
      ),
    })
    const [ours, theirs] = [await readFile(outputPath("sealed")), await readFile(outputPath("file"))]
    return [
      { ...figure("", "first", fromFile, file), bar: { atMost: 1.15 } },
      figure("", "first", fromBytes, bytes),
      // No promise: the engine alone finds all its memory warm, and the vault starts a thread anew.
      figure("again in the same process, ", "again", fromFile, file),
      {
        name: `output bytes that are the engine's own, ${model.name}`,
        peer: fromFile,
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
