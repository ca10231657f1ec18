import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { importPath } from "@strongroom/core/node"
import type { PlainModel } from "../models.js"

/** Trained networks in @vladmandic/human, whose weights are in float16, by what the report calls them. */
const files = { "FaceRes, 7 MB": "faceres", "face mesh, 1.5 MB": "facemesh", "emotion, 0.8 MB": "emotion" }

export interface TfjsModel extends PlainModel {
  readonly outputs: readonly string[]
}

/** Models of three sizes with one float32 input. */
export function tfjsModels(): Promise<readonly TfjsModel[]> {
  const { resolve } = createRequire(import.meta.url)
  // The package's entry is in dist/, and nothing else is among its exports.
  const folder = join(dirname(resolve("@vladmandic/human")), "../models")
  return Promise.all(
    Object.entries(files).map(async ([name, file]) => {
      const path = join(folder, `${file}.json`)
      const { inputs, outputs } = await importPath(path)
      const [input] = inputs
      if (input === undefined) throw new Error(`${file} has no input.`)
      const shape = input.shape.map((size) => (typeof size === "number" ? size : 1))
      return {
        name,
        input: { name: input.name, shape },
        outputs: outputs.map((each) => each.name),
        path: async () => path,
      }
    }),
  )
}
