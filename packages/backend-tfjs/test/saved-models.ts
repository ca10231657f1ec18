import { readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Tensor } from "@strongroom/core"
import { toTensor } from "@strongroom/core/backend"
import { importPath } from "@strongroom/core/node"
import { tfjsNodeFolder } from "@strongroom/test-machine"
import type { NamedTensorMap } from "@tensorflow/tfjs-core"
import { plainTensorflow } from "./plain.js"

/** What programs/saved_models.py makes as "small", by TensorFlow 2.21. */
export const smallModel = fileURLToPath(new URL("fixtures/saved-model", import.meta.url))

export const program = fileURLToPath(new URL("programs/saved_models.py", import.meta.url))

export const importSigned = (folder: string, signature?: string) =>
  importPath(folder, signature === undefined ? {} : { savedModel: { signature } })

interface PlainModel {
  predict(inputs: NamedTensorMap): NamedTensorMap
  dispose(): void
}

/** As much of tfjs-node as tests use. */
interface TfjsNode {
  readonly node: {
    loadSavedModel(folder: string, tags: string[], signature: string): Promise<PlainModel>
    getNumOfSavedModels(): number
  }
  backend(): { getNumOfTFTensors(): number }
}

export function tfjsNode(): TfjsNode {
  plainTensorflow()
  const modules = join(tfjsNodeFolder, "tfjs-node-4.22.0-tf-2.21.0-napi8/node_modules")
  return createRequire(import.meta.url)(join(modules, "@tensorflow/tfjs-node"))
}

/**
 * A signature by `tf.node.loadSavedModel`, from plain files. Of int64 it takes what fits in 32 bits; outputs of uint8 it
 * can't read, and leaves out.
 */
export async function runPlainSavedModel(
  folder: string,
  signature: string,
  inputs: { readonly [name: string]: Tensor },
): Promise<{ readonly [name: string]: Tensor }> {
  const { tf } = plainTensorflow()
  const model = await tfjsNode().node.loadSavedModel(folder, ["serve"], signature)
  const given = Object.entries(inputs).map(([name, { type, shape, data }]) => {
    const isOwn = type === "float32" || type === "string"
    const values = isOwn ? data : Int32Array.from(data as ArrayLike<number>, Number)
    return [name, tf.tensor(values as Float32Array, [...shape], isOwn ? type : "int32")]
  })
  const outputs = Object.entries(model.predict(Object.fromEntries(given)))
  const read = outputs.flatMap(([name, output]) => {
    try {
      return [[name, tensorOf(output.dtype, output.shape, output.dataSync())] as const]
    } catch {
      return []
    }
  })
  model.dispose()
  return Object.fromEntries(read)
}

function tensorOf(dtype: string, shape: readonly number[], data: unknown): Tensor {
  if (dtype === "string") return toTensor({ type: "string", shape, data: data as string[] })
  const { buffer, byteOffset, byteLength } = data as Uint8Array
  const type = data instanceof BigInt64Array ? "int64" : (dtype as "float32")
  return toTensor({ type, shape, data: new Uint8Array(buffer, byteOffset, byteLength) })
}

/** All files below a folder, by their paths there. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

/** Of those, the files that hold these bytes. */
export const filesHolding = (folder: string, bytes: Buffer) =>
  filesBelow(folder).filter((name) => readFileSync(join(folder, name)).includes(bytes))
