import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { openVault, tensor } from "@strongroom/vault"
import * as ort from "onnxruntime-node"
import type { Bench, Figure } from "../figure.js"
import { inTurn, median, time } from "../measure.js"
import { type Prepared, prepare, recognitionModel, syntheticModel } from "../models.js"

const runs = 9
const require = createRequire(import.meta.url)
const peer = `onnxruntime-node ${require("onnxruntime-node/package.json").version}, the same model from bytes`

/** From the sealed file to the first output, against the engine alone from plain bytes that are already in memory. */
async function loadFigure(model: Prepared): Promise<Figure> {
  const plain = new Uint8Array(await readFile(model.plainPath))
  const { name, shape } = model.input
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.5)

  // Another load's leftovers and the vault's next spare thread must not weigh on the peer: each settles first.
  const settle = () => new Promise((resolve) => setTimeout(resolve, 700))
  const vault = await openVault({ backend: onnxruntime() })
  try {
    const sealed = async () => {
      await settle()
      const start = performance.now()
      const session = await vault.load(model.sealedPath, model.keys)
      await session.run({ [name]: tensor("float32", shape, data) })
      const taken = performance.now() - start
      await session.close()
      return taken
    }
    const unprotected = async () => {
      await settle()
      let session: ort.InferenceSession | undefined
      const taken = await time(async () => {
        session = await ort.InferenceSession.create(plain)
        await session.run({ [name]: new ort.Tensor("float32", data, shape) })
      })
      await session?.release()
      return taken
    }
    const times = await inTurn(runs, sealed, unprotected)
    return {
      name: `sealed load to first inference, ${model.name}`,
      peer,
      unit: "ms",
      ours: median(times.ours),
      theirs: median(times.peer),
      runs,
      bar: { atMost: 1.4 },
    }
  } finally {
    await vault.close()
  }
}

export const load: Bench = {
  name: "load",
  about: "from a sealed file to the first inference, in an open vault",
  async measure(say) {
    const figures: Figure[] = []
    for (const source of [recognitionModel, syntheticModel]) {
      say(`load: ${source.name}`)
      const model = await prepare(source)
      try {
        figures.push(await loadFigure(model))
      } finally {
        await model.remove()
      }
    }
    return figures
  },
}
