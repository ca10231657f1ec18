import { type OnnxRuntimeOptions, onnxruntime } from "@strongroom/backend-onnxruntime"
import { bytesSource, openSealedModel, type Tensor } from "@strongroom/core"
import type { Artifacts, Json } from "@strongroom/core/backend"
import { loadEngine, loadSession, privateDirectory, toRaw } from "@strongroom/core/host"
import type { ShippedModel } from "@strongroom/testkit"
import { outputBytes } from "./ocr-model.js"

export interface Loading {
  /** Default: 1. */
  readonly runs?: number
  readonly directory?: string
  readonly artifacts?: Artifacts
  readonly signal?: AbortSignal
  /** Default: one thread. */
  readonly options?: OnnxRuntimeOptions
}

/** Loads under `memory` and runs: the outputs' bytes of the last run, and what the engine told the report. */
export async function loadOnce(
  shipped: ShippedModel,
  { runs = 1, directory, artifacts, signal, options = { threads: 1 } }: Loading,
  inputs: Readonly<Record<string, Tensor>>,
) {
  const observed: Json[] = []
  const model = await openSealedModel(bytesSource(shipped.bytes), shipped.keys)
  const engine = await loadEngine(onnxruntime(options), {
    cachePolicy: "memory",
    ...(directory && { directory: privateDirectory(directory) }),
    observe: (_, fact) => observed.push(fact),
  })
  try {
    const session = await loadSession(engine, model, { ...(artifacts && { artifacts }), ...(signal && { signal }) })
    const raw = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, toRaw(value)]))
    let outputs: Buffer = Buffer.alloc(0)
    for (let run = 0; run < runs; run++) outputs = outputBytes((await session.run(raw)) as never)
    await session.close()
    return { outputs, observed }
  } finally {
    await engine.close()
    await model.close()
  }
}
