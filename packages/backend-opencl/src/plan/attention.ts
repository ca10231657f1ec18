import { expressionCode } from "../codegen/expression-code.js"
import { loadCode } from "../codegen/memory-access.js"
import { contiguousStrides } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { tensorTypes } from "../graph/tensor-type.js"
import { attention, fitsAttention } from "../kernels/attention.js"
import { type AttentionEpilogue, batchNames, placeInBatch } from "../kernels/attention-source.js"
import type { KernelDevice } from "../kernels/kernel-device.js"
import { vectorType } from "../kernels/vector-text.js"
import type { Storage } from "../launch.js"
import { type BatchOfAttention, batchOf, fitsBatch } from "./attention-batch.js"
import type { Attention } from "./attention-pattern.js"
import { type Lowering, stagesOf } from "./lowering.js"

/** Where a tensor lies, with a stride for each of the axes that it is read over. */
interface Placed {
  readonly storage: Storage
  readonly offset: number
  readonly strides: readonly number[]
}

/** Whether there is a kernel for it. */
export function attentionFits(device: KernelDevice, { query, scores, product }: Attention): boolean {
  const [rows, depth, width] = [scores.shape.at(-2), query.shape.at(-1), product.shape.at(-1)] as [
    number,
    number,
    number,
  ]
  return fitsAttention(device, { rows, depth, width }) && fitsBatch(product)
}

/** An attention in one launch. */
export function lowerAttention(lowering: Lowering, device: KernelDevice, operation: Attention): void {
  const { query, key, value, scores, product, order } = operation
  const [output] = operation.outputs
  const batch = batchOf(operation)
  const over = (tensor: Tensor, sharing = 1) => {
    const lengths = product.shape.slice(0, -2)
    return [...lengths.slice(0, -1), ...lengths.slice(-1).map((heads) => heads / sharing), ...tensor.shape.slice(-2)]
  }
  const isRows = ({ offset, strides }: Placed) => offset === 0 && strides.at(-1) === 1
  const queries = placed(lowering, query, over(query), isRows)
  const keySharing = batch.keys.sharing
  const keys = placed(lowering, batch.keys.tensor, over(key, keySharing), ({ offset, strides }) => {
    return offset === 0 && (strides.at(-1) === 1 || strides.at(-2) === 1)
  })
  const valueSharing = batch.values.sharing
  const values = placed(lowering, batch.values.tensor, over(value, valueSharing), isRows)
  const contiguous = contiguousStrides(output.shape)
  const outputStrides = order.map((axis) => contiguous[axis] as number)
  const { epilogue, storages } = epilogueOf(lowering, operation, batch)
  const matrixOf = (strides: readonly number[], sharing = 1) => {
    return { row: strides.at(-2) as number, batch: batch.distances(strides, sharing) }
  }
  const call = attention(
    device,
    {
      batch: batch.lengths,
      rows: scores.shape.at(-2) as number,
      keys: scores.shape.at(-1) as number,
      depth: query.shape.at(-1) as number,
      width: product.shape.at(-1) as number,
      query: matrixOf(queries.strides),
      key: {
        ...{ row: keys.strides.at(-1) as number, column: keys.strides.at(-2) as number },
        batch: batch.distances(keys.strides, keySharing),
      },
      value: matrixOf(values.strides, valueSharing),
      output: matrixOf(outputStrides),
      guard: operation.guard,
    },
    epilogue,
  )
  const storage = lowering.storage(output)
  lowering.setPlain(output, storage)
  const places = { query: queries.storage, key: keys.storage, value: values.storage, output: storage }
  lowering.call(call, places, storage, false, storages)
}

/** Read through a view where the kernel can, else computed first. */
function placed(
  lowering: Lowering,
  tensor: Tensor,
  shape: readonly number[],
  isReadable: (placed: Placed) => boolean,
): Placed {
  const found = lowering.operand(tensor, shape)
  if (isReadable(found)) return found
  lowering.plain(tensor)
  return lowering.operand(tensor, shape)
}

/** What changes scores, and the memory that it reads for that, element by element. */
function epilogueOf(
  lowering: Lowering,
  { members, operands, scores, queryScales, keyScales }: Attention,
  batch: BatchOfAttention,
): { readonly epilogue: AttentionEpilogue; readonly storages: readonly Storage[] } {
  const read = operands.map((tensor) => ({ ...lowering.operand(tensor, scores.shape), type: tensor.type }))
  const stages = stagesOf(members, [...operands, scores])
  const scales = [...queryScales, ...keyScales]
  const factors = scales.map(({ number }) => lowering.operand(number, []))
  const changes = scales.map(({ isDivisor }, at) => ` ${isDivisor ? "/" : "*"} scale${at}[scaleOffset${at}]`)
  const names = ["Offset", ...batchNames, "Row", "Key"] as const
  const integers = read.flatMap(({ offset, strides }) => [offset, ...batch.distances(strides), ...strides.slice(-2)])
  const parameters = [
    ...read.flatMap((_, at) => names.map((name) => `, const int e${at}${name}`)),
    ...factors.map((_, at) => `, const int scaleOffset${at}`),
    ...read.map(({ type }, at) => `, __global const ${tensorTypes[type].stored} *restrict e${at}`),
    ...factors.map((_, at) => `, __global const float *restrict scale${at}`),
  ]
  return {
    storages: [...read, ...factors].map(({ storage }) => storage),
    epilogue: {
      parameters: parameters.join(""),
      integers: [...integers, ...factors.map(({ offset }) => offset)],
      changesQuery: changes.slice(0, queryScales.length).join(""),
      changesKey: changes.slice(queryScales.length).join(""),
      begin: read.map((_, at) => `e${at} += ${placeInBatch(`e${at}`)} + e${at}Offset;`).join("\n"),
      apply(value, { row, key, width }) {
        if (stages.length === 0) return ""
        const code = expressionCode(width, "f")
        const load = (at: number): string => {
          const { type, strides } = read[at] as (typeof read)[number]
          const place = (query: string) => `(size_t)(${query}) * e${at}Row + (${key}) * e${at}Key`
          const one = (query: string) => loadCode(type, `e${at}`, place(query), 1)
          // The same for all queries, mostly: a mask of what was padded.
          if (strides.at(-2) === 0) return code.declare(type, one("0"))
          const { computed } = tensorTypes[type]
          const lanes = Array.from({ length: width }, (_, lane) => one(`min(${row} + ${lane}, rows - 1)`))
          return code.declare(
            type,
            `(${computed === "float" ? vectorType(width) : `${computed}${width}`})(${lanes.join(", ")})`,
          )
        }
        const loaded = new Map<number, string>([[operands.length, value]])
        const results: string[] = []
        for (const { expression, operands: from } of stages) {
          const operand = (at: number): string => {
            const source = from[at] as { operand: number } | { stage: number }
            if ("stage" in source) return results[source.stage] as string
            const name = loaded.get(source.operand) ?? load(source.operand)
            loaded.set(source.operand, name)
            return name
          }
          results.push(code.write(expression, operand, () => "0"))
        }
        return `{\n${code.statements.join("\n")}\n${value} = ${results.at(-1)};\n}`
      },
    },
  }
}
