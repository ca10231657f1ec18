import { StrongroomError } from "@strongroom/core/backend"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"

const zeroed = new WeakSet<BackendWasm>()

/**
 * Makes the engine zero the memory of every output before a kernel fills it. WebAssembly's memory is handed out as the
 * tensor before left it, and not every kernel writes all of its output (4.22: a product over no elements writes none):
 * a caller would read what is left of weights and of others' inputs.
 *
 * A shape with a length below 0, of which kernels write beside what memory they have, is `backend-failed`.
 */
export function zeroOutputs(backend: BackendWasm): void {
  if (zeroed.has(backend)) return
  zeroed.add(backend)
  const makeOutput = backend.makeOutput.bind(backend)
  backend.makeOutput = (shape, dtype, memoryOffset, values) => {
    if (shape.some((length) => length < 0)) {
      throw new StrongroomError("backend-failed", "The model asks for a tensor with a length below 0.")
    }
    const output = makeOutput(shape, dtype, memoryOffset, values)
    const isUnwritten = (memoryOffset ?? values ?? undefined) === undefined
    if (isUnwritten && dtype !== "string") backend.typedArrayFromHeap(output).fill(0)
    return output
  }
}
