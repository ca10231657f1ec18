import { execFile } from "node:child_process"
import { closeSync, openSync } from "node:fs"
import { readFile, rm } from "node:fs/promises"
import { join, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { audit } from "@strongroom/audit"
import { type Figure, mediansOf } from "../figure.js"
import type { LoadTimes, Side } from "../load-case.js"
import { allInTurn } from "../measure.js"
import { type Prepared, prepare, recognitionModel } from "../models.js"

const runs = 9
const child = fileURLToPath(new URL("./load-child.js", import.meta.url))

/** What keeping ONNX Runtime's optimised model saves, and what it writes on disks. */
export async function optimisedModelFigures(say: (line: string) => void): Promise<readonly Figure[]> {
  say(`cache: ONNX Runtime, ${recognitionModel.name}`)
  const prepared = await prepare(recognitionModel)
  try {
    const figures = await timings(prepared)
    if (process.getuid?.() === 0) return [...figures, await filesOnDisks(prepared)]
    say("cache: only root sees what a vault writes: the files on disks are left out")
    return figures
  } finally {
    await prepared.remove()
  }
}

async function timings({ casePath, folder }: Prepared): Promise<readonly Figure[]> {
  const sample = (side: Side, store: string) => async (): Promise<LoadTimes> => {
    if (store === "cold") await rm(join(folder, store), { recursive: true, force: true })
    const outputs = join(folder, `${side}.outputs`)
    const { stdout } = await promisify(execFile)(process.execPath, [
      child,
      side,
      casePath,
      outputs,
      ...storeOf(side, store),
    ])
    return JSON.parse(stdout)
  }
  const storeOf = (side: Side, store: string) => (side === "kept" ? [join(folder, store)] : [])
  // The first of each is uncounted, and fills the store.
  const [warm = [], off = [], cold = []] = await allInTurn(runs, [
    sample("kept", "warm"),
    sample("sealed", ""),
    sample("kept", "cold"),
  ])
  const [ours, theirs] = [await readFile(join(folder, "kept.outputs")), await readFile(join(folder, "sealed.outputs"))]
  if (!ours.equals(theirs)) throw new Error("An optimised model that was kept computes something else.")
  const figure = (about: string, samples: readonly LoadTimes[], which: keyof LoadTimes = "first"): Figure => ({
    name: `${about}, ONNX Runtime, ${recognitionModel.name}`,
    peer: "off",
    unit: "ms",
    ...mediansOf(
      samples.map((sample) => sample[which]),
      off.map((sample) => sample[which]),
    ),
  })
  return [
    { ...figure("load to first run, warm sealed cache", warm), bar: { atMost: 1 } },
    figure("again in the same vault, warm sealed cache", warm, "again"),
    figure("load to first run, nothing kept yet", cold),
  ]
}

/** Files that are not in memory, written by a whole run under `sealed`: of the store's and of others. */
async function filesOnDisks({ casePath, folder }: Prepared): Promise<Figure> {
  const [store, outputs] = [join(folder, "traced"), join(folder, "traced.outputs")]
  const nowhere = openSync("/dev/null", "w")
  try {
    const report = await audit({
      command: process.execPath,
      args: [child, "kept", casePath, outputs, store],
      folder,
      standard: [nowhere, nowhere, nowhere],
    })
    if (report.exitCode !== 0 || report.unseen.length > 0) throw new Error("The traced run failed, or hid something.")
    const paths = report.files.flatMap(({ inMemory, path }) => (inMemory || path === outputs ? [] : [path]))
    const entries = paths.filter((path) => path.startsWith(store + sep))
    if (entries.length === 0) throw new Error("The traced run kept nothing.")
    return {
      name: "files on disks in a whole run, sealed, ONNX Runtime",
      peer: "the store's own",
      unit: "files",
      ours: paths.length,
      theirs: entries.length,
      runs: 1,
      bar: { atMost: 1 },
    }
  } finally {
    closeSync(nowhere)
  }
}
