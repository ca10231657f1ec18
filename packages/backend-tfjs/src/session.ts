import type { EngineKept, EngineRun, EngineSession, RawTensor } from "@strongroom/core/backend"
import { StrongroomError } from "@strongroom/core/backend"
import type { Tensor } from "@tensorflow/tfjs-core"
import type { Computation } from "./computation.js"
import type { Compiled, Runtime } from "./runtime.js"
import { exclusively, scoped, spare } from "./scope.js"
import { fromTf, toTf } from "./tensor.js"
import type { Weights } from "./weights.js"

/** A model under the contract. A kept output is a tensor in the engine's memory. */
export function engineSession(
  runtime: Runtime,
  computation: Computation,
  weights: Weights,
  compiled?: Compiled,
): EngineSession {
  const { tf } = runtime
  const kept = new Map<number, Tensor>()
  let lastKept = 0
  let closing: Promise<void> | undefined

  function keep(tensor: Tensor): EngineKept {
    const number = ++lastKept
    kept.set(number, tensor)
    return {
      kept: number,
      close() {
        kept.get(number)?.dispose()
        kept.delete(number)
      },
    }
  }

  function feedsOf(inputs: EngineRun["inputs"]): { [name: string]: Tensor } {
    return Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [
        name,
        "kept" in value ? (kept.get(value.kept) as Tensor) : toTf(runtime, value),
      ]),
    )
  }

  async function run({ inputs, outputs, keep: keepNames }: EngineRun): Promise<Record<string, RawTensor | EngineKept>> {
    if (outputs.length === 0) return {}
    const results = await computation.execute(feedsOf(inputs), outputs)
    const toKeep = new Set(keepNames)
    // What is read comes first: reading may fail, and nothing may have been kept then.
    const read = await Promise.all(
      results.map((tensor, index) => (toKeep.has(outputs[index] as string) ? undefined : fromTf(runtime, tensor))),
    )
    await runtime.check?.()
    await compiled?.keep()
    return Object.fromEntries(
      outputs.map((name, index) => {
        const value = read[index]
        if (value !== undefined) return [name, value]
        // A clone shares the memory. The output itself may be a weight or an input that the graph passes through.
        return [name, keep(spare(tf, (results[index] as Tensor).clone()))]
      }),
    )
  }

  /** What the engine has to say of an error tells more. */
  async function explain(error: unknown): Promise<never> {
    await runtime.check?.()
    throw error
  }

  async function close(): Promise<void> {
    await compiled?.close()
    for (const tensor of kept.values()) tensor.dispose()
    kept.clear()
    // First: a tensor that is disposed of can't be overwritten any more.
    weights.release()
    computation.dispose()
  }

  return {
    async run(call) {
      if (closing !== undefined)
        throw new StrongroomError("session-closed", "The session is closed: load the model again.")
      return exclusively(() => scoped(runtime, () => run(call).catch(explain)))
    },
    close() {
      closing ??= exclusively(close)
      return closing
    },
  }
}
