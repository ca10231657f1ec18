import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { type Figure, mediansOf } from "../../figure.js"
import { relativeDifference, tolerance } from "../../inference/difference.js"
import type { LoadTimes, Side } from "../../load-case.js"
import { allInTurn } from "../../measure.js"
import { prepare } from "../../models.js"
import type { Network } from "../../networks/networks.js"
import { vaultDriver } from "../../vault-driver.js"

const runs = 5
const child = fileURLToPath(new URL("./load-child.js", import.meta.url))

/** From load() in an open vault, with what was compiled kept in the sealed cache, to the first output. */
const limit = 300

/** On PoCL; beside it ONNX Runtime from the plain file. Every sample is a process of its own. */
export async function loadingFigures(network: Network): Promise<readonly Figure[]> {
  const { casePath, folder, remove } = await prepare(network, { opencl: vaultDriver("pocl") })
  const outputs = (side: Side) => join(folder, `${side}.outputs`)
  const sample = (side: Side) => async (): Promise<LoadTimes> => {
    const values = [child, side, casePath, outputs(side), join(folder, "store")]
    return JSON.parse((await promisify(execFile)(process.execPath, values)).stdout)
  }
  try {
    // The first of each is uncounted, and fills the store.
    const [ours = [], theirs = []] = await allInTurn(runs, [sample("kept"), sample("file")])
    const [actual, expected] = [await floatsIn(outputs("kept")), await floatsIn(outputs("file"))]
    const difference = relativeDifference(actual, expected)
    if (!(difference <= tolerance)) throw new Error(`${network.name}: a vault's output differs by ${difference}.`)
    const about = { name: `${network.name}: load to first inference, warm sealed cache`, unit: "ms" } as const
    const first = (times: readonly LoadTimes[]) => times.map((one) => one.first)
    return [
      { ...about, peer: "the limit promised", ...mediansOf(first(ours), limit), bar: { atMost: 1 } },
      { ...about, peer: "ONNX Runtime, the plain file", ...mediansOf(first(ours), first(theirs)) },
    ]
  } finally {
    await remove()
  }
}

async function floatsIn(path: string): Promise<Float32Array> {
  return new Float32Array(new Uint8Array(await readFile(path)).buffer)
}
