import type {
  Backend,
  CreateEngine,
  Engine,
  EngineRun,
  EngineSession,
  Host,
  RawTensor,
  TensorSpec,
} from "../src/backend.js"
import { type HostOptions, type LoadedEngine, loadEngine } from "../src/host/load-engine.js"
import { loadSession } from "../src/host/load-session.js"
import type { ModelToHost, PartToHost } from "../src/host/model-to-host.js"

type Script = (host: Host) => Promise<Engine>

/** Where tests leave their engines for host-engine-module.ts, which may be another instance of this module. */
export function scripts(): Script[] {
  const shared = globalThis as { hostTestScripts?: Script[] }
  shared.hostTestScripts ??= []
  return shared.hostTestScripts
}

/** A backend whose engine is what `script` gives. */
export function scripted(script: (host: Host) => unknown): Backend {
  const index = scripts().push(async (host) => script(host) as Engine) - 1
  return {
    contract: 1,
    name: "scripted",
    module: new URL("./host-engine-module.ts", import.meta.url).href,
    options: index satisfies Parameters<CreateEngine>[0],
    needs: {},
  }
}

/** An engine that takes everything; `changes` replace what the test is about. */
export function engineOf(session: Partial<EngineSession>, changes: Partial<Engine> = {}): Engine {
  return {
    fingerprint: { engine: "scripted", version: "1", device: "cpu", driver: "none" },
    capabilities: {
      kinds: ["file"],
      types: ["float32", "int64", "bool", "string", "int4"],
      parallelRuns: 1,
      cancels: false,
      keepsOutputs: false,
    },
    load: async () => ({ run: echo, close: async () => undefined, ...session }),
    close: async () => undefined,
    ...changes,
  }
}

/** Gives the first inputs as the outputs, in order, in the engine's own memory. */
export async function echo(call: EngineRun): Promise<{ readonly [output: string]: RawTensor }> {
  const inputs = Object.values(call.inputs) as RawTensor[]
  return Object.fromEntries(call.outputs.map((name, index) => [name, inputs[index] as RawTensor]))
}

export const x: TensorSpec = { name: "x", type: "float32", shape: ["batch", 2] }
export const y: TensorSpec = { name: "y", type: "float32", shape: ["batch", 2] }

export function modelOf(
  inputs: readonly TensorSpec[] = [x],
  outputs: readonly TensorSpec[] = [y],
  parts: readonly PartToHost[] = [],
): ModelToHost {
  return {
    header: { model: "00".repeat(16), commitment: "11".repeat(32) },
    manifest: { kind: "file", inputs, outputs },
    parts,
  }
}

/** A part of `bytes`, given in two pieces. */
export function partOf(name: string, bytes: Uint8Array): PartToHost {
  return {
    role: "file",
    name,
    byteLength: bytes.byteLength,
    async into(target, { signal } = {}) {
      signal?.throwIfAborted()
      target.set(bytes)
    },
    async *chunks({ signal } = {}) {
      const middle = bytes.byteLength >> 1
      for (const piece of [bytes.subarray(0, middle), bytes.subarray(middle)]) {
        signal?.throwIfAborted()
        yield piece
      }
    },
  }
}

export function loadScripted(engine: Engine, options: Partial<HostOptions> = {}): Promise<LoadedEngine> {
  return loadEngine(
    scripted(() => engine),
    options,
  )
}

/** A hosted session of an engine whose sessions are `session`. */
export async function hosted(
  session: Partial<EngineSession>,
  { model = modelOf(), ...changes }: Partial<Engine> & { readonly model?: ModelToHost } = {},
) {
  return loadSession(await loadScripted(engineOf(session, changes)), model)
}

export function floats(shape: readonly number[], ...values: readonly number[]): RawTensor {
  return { type: "float32", shape, data: new Uint8Array(Float32Array.from(values).buffer) }
}

/** A promise and the functions that settle it. */
export function deferred<T = void>() {
  let resolve!: (value: T) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<T>((accept, refuse) => {
    resolve = accept
    reject = refuse
  })
  return { promise, resolve, reject }
}
