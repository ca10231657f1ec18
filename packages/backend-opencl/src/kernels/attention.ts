import { type AttentionEpilogue, attentionSource } from "./attention-source.js"
import type { KernelCall } from "./kernel-call.js"
import type { KernelDevice } from "./kernel-device.js"
import { mostRows } from "./register-tile.js"

/** A batch's three axes, the outermost first, such as images, groups of heads and heads of a group. */
export type AttentionBatch = readonly [number, number, number]

/** Where matrices of a batch lie, in floats. Along an axis whose distance is 0 all read the same. */
export interface AttentionMatrix {
  readonly row: number
  readonly batch: AttentionBatch
}

/** Shares that are no numbers are zeros, or those of queries of which all scores are minus infinity alone. */
export type GuardKind = "not-numbers" | "all-masked"

/** Sizes of attention: each of `rows` queries is compared with `keys` keys, and gets a mean of as many values. */
export interface AttentionShape {
  readonly batch: AttentionBatch
  readonly rows: number
  readonly keys: number
  /** Floats of a query and of a key. */
  readonly depth: number
  /** Floats of a value and of a result. */
  readonly width: number
  /** Its columns lie together, as those of `value` and `output` do. */
  readonly query: AttentionMatrix
  /** Rows are keys. `column` is how far the floats of one are apart: 1, or any distance where keys are 1 apart. */
  readonly key: AttentionMatrix & { readonly column: number }
  readonly value: AttentionMatrix
  readonly output: AttentionMatrix
  /** Which shares are zeros, if any. */
  readonly guard: GuardKind | undefined
}

/** Query, result and shares of a work-item are in private memory: floats that a query and a value may have. */
const mostFloats = 256

/** Whether the kernel is for it: a vector's lanes are queries, and fewer would leave some empty. */
export function fitsAttention(
  device: KernelDevice,
  { rows, depth, width }: Pick<AttentionShape, "rows" | "depth" | "width">,
): boolean {
  return device.kind === "cpu" && rows >= device.vectorWidth && depth <= mostFloats && width <= mostFloats
}

/**
 * The mean of values by the softmax of `epilogue(query . key)`. Buffers: query, key, value, output.
 *
 * The softmax goes block by block of keys, with the largest and the sum until then (Milakov and Gimelshein, "Online
 * normalizer calculation for softmax", 2018), so that no matrix of scores is ever in memory (Rabe and Staats,
 * "Self-attention Does Not Need O(n^2) Memory", 2021; Dao et al., "FlashAttention", 2022).
 */
export function attention(device: KernelDevice, shape: AttentionShape, epilogue: AttentionEpilogue): KernelCall {
  const { batch, rows, keys, depth, width, query, key, value, output, guard } = shape
  const vectors = rows > device.vectorWidth ? 2 : 1
  // No more than may be read beyond the last key where keys lie together: buffers have a cache line more.
  const tile = { rows: Math.min(mostRows(device, vectors), 16), vectors, width: device.vectorWidth }
  return {
    source: attentionSource(tile, { depth, width, keysTogether: key.row === 1 && key.column !== 1, guard }, epilogue),
    buffers: ["query", "key", "value", "output"],
    integers: [
      ...[rows, keys, batch[1], batch[2]],
      ...[query.row, ...query.batch],
      ...[key.row, key.column, ...key.batch],
      ...[value.row, ...value.batch],
      ...[output.row, ...output.batch],
      ...epilogue.integers,
    ],
    global: [Math.ceil(rows / (vectors * device.vectorWidth)), batch[0] * batch[1] * batch[2]],
    local: [1, 1],
  }
}
