import { rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { RawTensor } from "@strongroom/core/backend"
import type { DataType, Tensor } from "@tensorflow/tfjs-core"
import type { Runtime } from "../runtime.js"
import { type SavedModels, UnknownOperator } from "../saved-model/saved-models.js"
import { beginningOdd } from "./tensorflow-memory.js"
import type { TensorflowBackend } from "./tfjs-node.js"

/** What is used of tfjs-node's native part (binding/tfjs_backend.cc of 4.22). */
export interface SavedModelBinding {
  readonly TF_FLOAT: number
  readonly TF_INT32: number
  readonly TF_INT64: number
  readonly TF_UINT8: number
  readonly TF_BOOL: number
  readonly TF_STRING: number
  readonly TF_ATTR_TYPE: number
  readonly TF_ATTR_BOOL: number
  /** The tags with commas between. Gives a number, as long as it isn't deleted. */
  loadSavedModel(folder: string, tags: string): number
  /** The names of tensors with commas between. */
  runSavedModel(model: number, inputs: readonly number[], inputNames: string, outputNames: string): NativeTensor[]
  deleteSavedModel(model: number): void
  /** Of TF_INT64, `elements` are pairs of their halves, the lower first. Uses the array in place where it is aligned. */
  createTensor(shape: readonly number[], type: number, elements: Int32Array | Uint8Array): number
  tensorDataSync(id: number): BigInt64Array | Int32Array
  deleteTensor(id: number): void
  /** Runs one operator at once. */
  executeOp(operator: string, attributes: readonly object[], inputs: readonly number[], outputs: number): NativeTensor[]
}

interface NativeTensor {
  readonly id: number
  readonly dtype: number
  readonly shape: number[]
}

/**
 * SavedModels on TensorFlow's own library, by tfjs-node's native part. `tf.node.loadSavedModel` reads the graph once more
 * into JavaScript, where it is left to the collector; computes all outputs; and has int64 as int32.
 */
export function tensorflowSavedModels(tf: Runtime["tf"], backend: TensorflowBackend): SavedModels {
  const { binding } = backend
  const types: ReadonlyMap<number, DataType> = new Map([
    [binding.TF_FLOAT, "float32"],
    [binding.TF_INT32, "int32"],
    [binding.TF_BOOL, "bool"],
    [binding.TF_STRING, "string"],
    // TensorFlow.js has no name for these: what they are is in their entries of tensorMap.
    [binding.TF_INT64, "int32"],
    [binding.TF_UINT8, "int32"],
  ])

  /** Makes one of TensorFlow's own tensors one of TensorFlow.js's, which then frees it. */
  function adopt({ id, dtype, shape }: NativeTensor): Tensor {
    const dataId = {}
    backend.tensorMap.set(dataId, { shape, dtype, id, values: null, refCount: 1 })
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype: types.get(dtype) as DataType })
  }

  function create(shape: readonly number[], dtype: number, elements: Int32Array | Uint8Array): Tensor {
    const copy = beginningOdd(elements)
    const id = binding.createTensor(shape, dtype, copy)
    copy.fill(0)
    return adopt({ id, dtype, shape: [...shape] })
  }

  /** The binding gives no elements of this type. */
  function readBytes(id: number): Uint8Array {
    const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value })
    const attributes = [
      type("SrcT", binding.TF_UINT8),
      type("DstT", binding.TF_INT32),
      { name: "Truncate", type: binding.TF_ATTR_BOOL, value: false },
    ]
    const [cast] = binding.executeOp("Cast", attributes, [id], 1) as [NativeTensor]
    try {
      return Uint8Array.from(binding.tensorDataSync(cast.id) as Int32Array)
    } finally {
      binding.deleteTensor(cast.id)
    }
  }

  return {
    async open(path, tags) {
      const folder = dirname(path)
      const model = load(binding, folder, tags)
      // It has read them; assets may be read at any run.
      await Promise.all([path, join(folder, "variables")].map((each) => rm(each, { recursive: true, force: true })))
      return {
        run(inputs, outputs) {
          const ids = backend.getInputTensorIds(inputs.map(([, tensor]) => tensor))
          const names = inputs.map(([name]) => name)
          const results = binding.runSavedModel(model, ids, names.join(), outputs.join())
          if (results.every(({ dtype }) => types.has(dtype))) return results.map(adopt)
          for (const { id } of results) binding.deleteTensor(id)
          throw new TypeError("An output is of a type that isn't its signature's.")
        },
        close: () => binding.deleteSavedModel(model),
      }
    },
    toTensor({ type, shape, data }) {
      if (type === "uint8") return create(shape, binding.TF_UINT8, data)
      if (type !== "int64") return undefined
      return create(shape, binding.TF_INT64, new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4))
    },
    fromTensor({ dataId, shape }): RawTensor | undefined {
      const { dtype, id } = backend.tensorMap.get(dataId)
      if (dtype === binding.TF_UINT8) return { type: "uint8", shape, data: readBytes(id) }
      if (dtype !== binding.TF_INT64) return undefined
      const { buffer, byteOffset, byteLength } = binding.tensorDataSync(id)
      return { type: "int64", shape, data: new Uint8Array(buffer, byteOffset, byteLength) }
    },
  }
}

function load(binding: SavedModelBinding, folder: string, tags: readonly string[]): number {
  try {
    return binding.loadSavedModel(folder, tags.join())
  } catch (error) {
    const [, operator] = /Op type not registered '(\w+)'/.exec(String(error)) ?? []
    throw operator === undefined ? error : new UnknownOperator(operator)
  }
}
