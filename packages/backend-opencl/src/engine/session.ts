import type { EngineRun, EngineSession, OpenModel, RawTensor } from "@strongroom/core/backend"
import { withCode } from "../failure.js"
import type { OnnxModel } from "../onnx/model.js"
import type { ProgramStore } from "../programs/program-store.js"
import type { Workshop } from "./compiled-plan.js"
import { type Inputs, type Trace, type TraceOutput, traceModel } from "./trace.js"

/** Shapes, and data that decides shapes, that a session stays ready for. */
const mostTraces = 4

/** How many kernels the latest run has launched: for those who test the engine. */
export interface NetworkSession extends EngineSession {
  readonly launches: number
}

/** A session of a network. Its runs block their thread while the device computes. */
export function networkSession(
  workshop: Workshop,
  _model: OpenModel,
  network: OnnxModel,
  store: ProgramStore,
): NetworkSession {
  const { host, queue } = workshop.place
  /** The one used last is the last. */
  const traces: { readonly key: string; readonly trace: Trace }[] = []
  let running: Promise<unknown> = Promise.resolve()
  let unkept = 0
  let closed = false
  let launches = 0

  function forget(index: number): void {
    for (const { trace } of traces.splice(index, 1)) trace.release()
  }

  /** What is ready for these inputs, if it is. */
  function again(key: string, inputs: Inputs): ReadonlyMap<string, TraceOutput> | undefined {
    for (let index = traces.length - 1; index >= 0; index -= 1) {
      const one = traces[index] as (typeof traces)[number]
      if (one.key !== key) continue
      const results = one.trace.run(inputs)
      if (results === undefined) continue
      traces.push(...traces.splice(index, 1))
      launches = one.trace.launches
      return results
    }
    return undefined
  }

  async function anew(key: string, inputs: Inputs, outputs: readonly string[]) {
    if (traces.length >= mostTraces) forget(0)
    const { trace, results } = await traceModel(workshop, network, inputs, outputs)
    traces.push({ key, trace })
    launches = trace.launches
    return results
  }

  async function run({ inputs, outputs, allocate }: EngineRun): Promise<Record<string, RawTensor>> {
    if (closed) throw new Error("The session is closed.")
    const given = inputs as Inputs
    const shapes = Object.entries(given).map(([name, { shape }]) => [name, shape] as const)
    const key = JSON.stringify([shapes.sort(([a], [b]) => (a < b ? -1 : 1)), outputs])
    const known = again(key, given)
    const results = known ?? (await anew(key, given, outputs))
    const answer: Record<string, RawTensor> = {}
    for (const name of outputs) {
      const { tensor, read } = results.get(name) as TraceOutput
      const { type, shape } = tensor
      const data = allocate(type, shape)
      read(data)
      answer[name] = { type, shape, data }
    }
    // Also where nothing was asked for: the inputs are lent until the run is over.
    queue.finishSync()
    if (known === undefined) keepSoon()
    return answer
  }

  /** After the answer: what was compiled for these shapes can wait. */
  function keepSoon(): void {
    running = running.then(async () => {
      await new Promise((resolve) => setImmediate(resolve))
      // It is compiled again if it can't be kept. Not the error's words, which name kernels.
      await store.keep().catch(() => host.observe("cache.policy", { couldNotBeKept: ++unkept }))
    })
  }

  return {
    get launches() {
      return launches
    },
    run(call) {
      const result = run(call).catch((error) => {
        throw withCode(error)
      })
      running = Promise.allSettled([running, result])
      return result
    },
    async close() {
      if (closed) return
      closed = true
      await running
      while (traces.length > 0) forget(0)
      workshop.kernels.release()
    },
  }
}
