import type { EngineKept, EngineRun, EngineSession, RawTensor } from "@strongroom/core/backend"
import type { InferenceSession, Tensor } from "onnxruntime-node"
import { withCode } from "./failure.js"
import { fromRuntime, toRuntime } from "./tensor.js"

/** A session of ONNX Runtime: onnxruntime-node's, or one made by the library's own functions. */
export type RuntimeSession = Pick<InferenceSession, "inputMetadata" | "outputMetadata" | "release"> & {
  run(feeds: Readonly<Record<string, Tensor>>, outputs: readonly string[]): Promise<Readonly<Record<string, Tensor>>>
}

/** A session of ONNX Runtime under the contract. A kept output is a copy in JavaScript's memory. */
export function engineSession(session: RuntimeSession): EngineSession {
  const kept = new Map<number, RawTensor>()
  let lastKept = 0
  let running: Promise<unknown> = Promise.resolve()
  let closing: Promise<void> | undefined

  function keep(tensor: RawTensor): EngineKept {
    const number = ++lastKept
    kept.set(number, tensor)
    return { kept: number, close: () => void kept.delete(number) }
  }

  async function run({ inputs, outputs, keep: keepNames }: EngineRun): Promise<Record<string, RawTensor | EngineKept>> {
    if (outputs.length === 0) return {}
    const feeds = Object.entries(inputs).map(([name, value]) => {
      const tensor = "kept" in value ? kept.get(value.kept) : value
      return [name, toRuntime(tensor as RawTensor)]
    })
    const results = await session.run(Object.fromEntries(feeds), outputs).catch((error) => {
      throw withCode(error)
    })
    const toKeep = new Set(keepNames)
    return Object.fromEntries(
      Object.entries(results).map(([name, result]) => {
        const tensor = fromRuntime(result)
        return [name, toKeep.has(name) ? keep(tensor) : tensor]
      }),
    )
  }

  async function close(): Promise<void> {
    await running
    kept.clear()
    await session.release()
  }

  return {
    run(call) {
      const result = run(call)
      // Without the results, which would stay in memory.
      running = Promise.allSettled([running, result]).then(() => undefined)
      return result
    },
    close() {
      closing ??= close()
      return closing
    },
  }
}
