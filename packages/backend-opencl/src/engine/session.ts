import type { EngineRun, EngineSession, OpenModel, RawTensor } from "@strongroom/core/backend"
import { withCode } from "../failure.js"
import type { OnnxModel } from "../onnx/model.js"
import type { DeviceMemory } from "./device-memory.js"
import type { KeptPlans } from "./kept-plans.js"
import type { Inputs, Trace, TraceOutput } from "./running-trace.js"
import { prepareTrace, recordedTrace, type Shapes, traceModel } from "./trace.js"
import type { Workshop } from "./workshop.js"

/** Shapes, and data that decides shapes, that a session stays ready for. */
const mostTraces = 4

/** For those who test the engine. */
export interface NetworkSession extends EngineSession {
  /** How many kernels the latest run has launched. */
  readonly launches: number
  /** Memory of the device that what the latest run computed on the way lies in. */
  readonly activationBytes: number
  /** Memory of the device that the session has now, and the most that it has had at a time, in bytes. */
  readonly memory: Pick<DeviceMemory, "bytes" | "mostBytes">
}

/**
 * A session of a network. Its runs block their thread while the device computes.
 *
 * @param network reads the model's graph, which what was planned before doesn't need
 */
export async function networkSession(
  workshop: Workshop,
  model: OpenModel,
  network: () => Promise<OnnxModel>,
  plans: KeptPlans,
): Promise<NetworkSession> {
  const { host, queue } = workshop.place
  /** The one used last is the last. */
  const traces: { readonly key: string; readonly trace: Trace }[] = []
  const kept = new WeakSet<Trace>()
  let running: Promise<unknown> = Promise.resolve()
  let unkept = 0
  let closed = false
  let launches = 0
  let activationBytes = 0

  function forget(index: number): void {
    for (const { trace } of traces.splice(index, 1)) trace.release()
  }

  /** What is ready for these inputs, if it is. */
  function again(key: string, inputs: Inputs): Trace | undefined {
    for (let index = traces.length - 1; index >= 0; index -= 1) {
      const one = traces[index] as (typeof traces)[number]
      if (one.key !== key) continue
      if (!one.trace.run(inputs)) continue
      traces.push(...traces.splice(index, 1))
      return one.trace
    }
    return undefined
  }

  async function anew(key: string, inputs: Inputs, outputs: readonly string[]): Promise<Trace> {
    if (traces.length >= mostTraces) forget(0)
    const recorded = await fromRecord(key)
    if (recorded?.run(inputs)) return recorded
    const trace = await traceModel(workshop, await network(), inputs, outputs)
    traces.push({ key, trace })
    return trace
  }

  /** Made ready without the model's graph, if these inputs' plan was kept. */
  async function fromRecord(key: string): Promise<Trace | undefined> {
    const record = plans.get(key)
    if (record === undefined) return undefined
    const trace = await recordedTrace(workshop, record)
    traces.push({ key, trace })
    return trace
  }

  /** Where the model says all sizes of its inputs, what runs need is made before the first. */
  async function prepare(): Promise<void> {
    const specs = model.inputs.map(({ name, type, shape }) => [name, { type, shape }] as const)
    if (specs.some(([, { shape }]) => !shape.every((length) => typeof length === "number"))) return
    const shapes = Object.fromEntries(specs) as Shapes
    const outputs = model.outputs.map(({ name }) => name)
    const key = keyOf(shapes, outputs)
    if ((await fromRecord(key)) !== undefined) return
    const trace = await prepareTrace(workshop, await network(), shapes, outputs)
    if (trace !== undefined) traces.push({ key, trace })
  }

  async function run({ inputs, outputs, allocate }: EngineRun): Promise<Record<string, RawTensor>> {
    if (closed) throw new Error("The session is closed.")
    const given = inputs as Inputs
    const key = keyOf(given, outputs)
    const trace = again(key, given) ?? (await anew(key, given, outputs))
    launches = trace.launches
    activationBytes = trace.activationBytes
    const answer: Record<string, RawTensor> = {}
    for (const name of outputs) {
      const { tensor, read } = trace.outputs.get(name) as TraceOutput
      const { type, shape } = tensor
      const data = allocate(type, shape)
      read(data)
      answer[name] = { type, shape, data }
    }
    // Also where nothing was asked for: the inputs are lent until the run is over.
    queue.finishSync()
    if (!kept.has(trace)) keepSoon(key, trace)
    return answer
  }

  /** After the answer: what was compiled and planned for these shapes can wait. */
  function keepSoon(key: string, trace: Trace): void {
    kept.add(trace)
    if (trace.record !== undefined) plans.add(key, trace.record)
    running = running.then(async () => {
      await new Promise((resolve) => setImmediate(resolve))
      // It is compiled again if it can't be kept. Not the error's words, which name kernels.
      const keeping = workshop.kernels.keep().then(() => plans.keep())
      await keeping.catch(() => host.observe("cache.policy", { couldNotBeKept: ++unkept }))
    })
  }

  await prepare()
  return {
    get launches() {
      return launches
    },
    get activationBytes() {
      return activationBytes
    },
    memory: workshop.memory,
    run(call) {
      const result = run(call).catch((error) => {
        throw withCode(error)
      })
      // Without the results, which would stay in memory.
      running = Promise.allSettled([running, result]).then(() => undefined)
      return result
    },
    async close() {
      if (closed) return
      closed = true
      await running
      while (traces.length > 0) forget(0)
      await workshop.kernels.close()
      await workshop.tuning.close()
    },
  }
}

/** Inputs of the same shapes, and the same outputs: what one trace can be for. */
function keyOf(inputs: Shapes, outputs: readonly string[]): string {
  const shapes = Object.entries(inputs).map(([name, { shape }]) => [name, shape] as const)
  return JSON.stringify([shapes.sort(([a], [b]) => (a < b ? -1 : 1)), outputs])
}
