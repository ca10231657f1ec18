import type { EngineKept, EngineRun, EngineSession, RawTensor } from "@strongroom/core/backend"
import type { LoadedProgram } from "./load-program.js"
import { copy, operators } from "./operators.js"

/** Runs a program node by node, giving way to others between them. */
export function programSession({ weights, nodes }: LoadedProgram): EngineSession {
  const kept = new Map<number, RawTensor>()
  const running = new Set<Promise<unknown>>()
  let lastKept = 0
  let closed = false

  function input(value: RawTensor | EngineKept): RawTensor {
    if (!("kept" in value)) return value
    const tensor = kept.get(value.kept)
    if (tensor === undefined) throw new Error("A kept output is closed.")
    return tensor
  }

  function keep(tensor: RawTensor): EngineKept {
    const number = ++lastKept
    kept.set(number, tensor)
    return { kept: number, close: () => void kept.delete(number) }
  }

  async function compute({ inputs, outputs, keep: toKeep, signal }: EngineRun) {
    const values = new Map(weights)
    for (const [name, value] of Object.entries(inputs)) values.set(name, input(value))
    for (const { operator, inputs: names, output } of nodes) {
      await new Promise((resolve) => setImmediate(resolve))
      signal.throwIfAborted()
      const given = names.map((name) => values.get(name)).filter((value) => value !== undefined)
      values.set(output, operators[operator]?.(...given) as RawTensor)
    }
    // Copies: two outputs of one run never share memory.
    const given = outputs.map((name): [string, RawTensor | EngineKept] => {
      const value = copy(values.get(name) as RawTensor)
      return [name, toKeep.includes(name) ? keep(value) : value]
    })
    return Object.fromEntries(given)
  }

  return {
    run(call) {
      if (closed) return Promise.reject(new Error("The session is closed."))
      const run = compute(call).finally(() => running.delete(run))
      running.add(run)
      return run
    },
    async close() {
      closed = true
      await Promise.allSettled(running)
      kept.clear()
    },
  }
}
