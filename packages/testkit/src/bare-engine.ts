import { bytesSource, openSealedModel, type Tensor } from "@strongroom/core"
import type { Backend, BundledBackend, Engine, EngineKept, EngineSession, RawTensor } from "@strongroom/core/backend"
import {
  heapPlaintext,
  lendModel,
  loadEngine,
  noArtifacts,
  type PrivateDirectory,
  tensorByteLength,
  toRaw,
  toTensor,
} from "@strongroom/core/host"
import type { ShippedModel } from "./publisher.js"

/** An engine called straight through the contract. */
export interface BareEngine {
  readonly engine: Engine
  readonly session: EngineSession
  /** Plaintext that the engine took and hasn't closed. */
  openPlaintext(): number
  run(inputs: { readonly [name: string]: RawTensor | EngineKept }, call: BareCall): Promise<BareOutputs>
  close(): Promise<void>
}

export interface BareCall {
  readonly outputs: readonly string[]
  readonly keep?: readonly string[]
  readonly signal?: AbortSignal
}

export type BareOutputs = { readonly [name: string]: RawTensor | EngineKept }

/** Opens a model with core, and loads it into the engine without core's session around it. */
export async function openBare(
  backend: Backend | BundledBackend,
  { bytes, keys }: ShippedModel,
  directory: PrivateDirectory | undefined,
): Promise<BareEngine> {
  let open = 0
  const allocate = (byteLength: number) => {
    const { bytes: memory, close } = heapPlaintext(byteLength)
    let closed = false
    open += 1
    return {
      bytes: memory,
      close() {
        if (!closed) open -= 1
        closed = true
        close()
      },
    }
  }
  const model = await openSealedModel(bytesSource(bytes), keys)
  const loaded = await loadEngine(backend, { ...(directory && { directory }), allocate })
  const { signal } = new AbortController()
  const lease = lendModel(model, loaded.host, signal)
  const close = async () => {
    await loaded.close()
    await lease.close()
    await model.close()
  }
  try {
    const session = await loaded.engine.load(lease.model, { signal, artifacts: noArtifacts, progress: () => undefined })
    if ("declined" in session) throw new Error(`The engine declines the model: ${session.declined}`)
    return {
      engine: loaded.engine,
      session,
      openPlaintext: () => open,
      run: (inputs, { outputs, keep = [], signal: own = signal }) =>
        session.run({
          inputs,
          outputs,
          keep,
          signal: own,
          allocate: (type, shape) => new Uint8Array(tensorByteLength(type, shape)),
        }),
      async close() {
        await session.close()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Inputs as an engine gets them: the bytes are copies. */
export function bareInputs(inputs: { readonly [name: string]: Tensor }): { readonly [name: string]: RawTensor } {
  const entries = Object.entries(inputs).map(([name, value]): [string, RawTensor] => {
    const raw = toRaw(value)
    return [name, raw.type === "string" ? raw : { ...raw, data: new Uint8Array(raw.data) }]
  })
  return Object.fromEntries(entries)
}

/** One output as a typed tensor. @throws Error when it is missing or kept. */
export function bareOutput(outputs: BareOutputs, name: string): Tensor {
  const value = outputs[name]
  if (value === undefined || "kept" in value) throw new Error("The output is no tensor.")
  return toTensor(value)
}
