import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { isTensorType, type TensorType } from "../../src/graph/tensor-type.js"
import { newBudget } from "../../src/onnx/message.js"
import { readOnnxModel } from "../../src/onnx/read-model.js"
import { readTensor } from "../../src/onnx/read-tensor.js"
import { fieldsOf } from "../onnx/fuzz/fields.js"

export interface NumericTensor {
  readonly type: TensorType
  readonly shape: readonly number[]
  /** As `RawTensor` has it. */
  readonly data: Uint8Array
}

/** One of ONNX's backend tests, taken apart: nodes as their messages. */
export interface FuzzCase {
  readonly name: string
  readonly nodes: readonly Uint8Array[]
  readonly operatorSet: number
  readonly inputs: readonly { readonly name: string; readonly tensor: NumericTensor }[]
  readonly outputs: readonly { readonly name: string; readonly type: TensorType }[]
}

/** Those of ONNX's own operators, on tensors of numbers. @param data the folder onnx/backend/test/data */
export function readCases(data: string): readonly FuzzCase[] {
  return readdirSync(join(data, "node"))
    .sort()
    .flatMap((name) => readCase(name, join(data, "node", name)) ?? [])
}

function readCase(name: string, folder: string): FuzzCase | undefined {
  const path = join(folder, "model.onnx")
  if (!existsSync(path)) return undefined
  const bytes = Uint8Array.from(readFileSync(path))
  const { graph, operatorSets, functions } = readOnnxModel(bytes)
  if (functions.size > 0 || [...operatorSets.keys()].some((domain) => domain !== "")) return undefined
  const message = fieldsOf(bytes).find(({ number }) => number === 7)?.content as Uint8Array
  const nodes = fieldsOf(message).filter(({ number }) => number === 1)
  if ([...graph.inputs, ...graph.outputs].some(({ type }) => !isTensorType(type))) return undefined
  const inputs = graph.inputs.map((input, index) => {
    const file = join(folder, "test_data_set_0", `input_${index}.pb`)
    return { name: input.name, tensor: existsSync(file) ? readNumbers(file) : undefined }
  })
  if (inputs.some(({ tensor }) => tensor === undefined)) return undefined
  return {
    name,
    nodes: nodes.map(({ content }) => content),
    operatorSet: operatorSets.get("") as number,
    inputs: inputs as FuzzCase["inputs"],
    outputs: graph.outputs as FuzzCase["outputs"],
  }
}

function readNumbers(path: string): NumericTensor | undefined {
  const { type, shape, data } = readTensor(Uint8Array.from(readFileSync(path)), newBudget()).tensor
  if (!("bytes" in data) || !isTensorType(type)) return undefined
  return { type, shape, data: Uint8Array.from(data.bytes) }
}
