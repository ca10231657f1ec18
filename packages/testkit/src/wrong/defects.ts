import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { StrongroomError } from "@strongroom/core"
import type { Engine, EngineKept, EngineRun, EngineSession, Host, RawTensor } from "@strongroom/core/backend"
import { toRaw, toTensor } from "@strongroom/core/host"
import { spoilLoad, spoilRun, spoilSession } from "./spoilers.js"

type Value = RawTensor | EngineKept
type Spoil = (engine: Engine, host: Host) => Engine

/** Every engine's way to be wrong, each as small as a real mistake. */
export const spoil = {
  "wrong-type": (engine) => eachOutput(engine, (raw) => (raw.type === "float32" ? { ...raw, type: "int32" } : raw)),

  "transposed-output": (engine) => eachOutput(engine, transposed),

  "reused-output-buffer": (engine) => {
    const scratch = new Uint8Array(2 ** 24)
    return eachOutput(engine, (raw) => {
      if (raw.type === "string") return raw
      scratch.set(raw.data)
      return { ...raw, data: scratch.subarray(0, raw.data.byteLength) }
    })
  },

  "mutated-input": (engine) =>
    spoilRun(engine, async (call, run) => {
      const outputs = await run(call)
      for (const value of Object.values(call.inputs)) if (isBytes(value)) value.data.fill(0)
      return outputs
    }),

  "narrowed-int64": (engine) =>
    eachOutput(engine, (raw) => {
      const tensor = toTensor(raw)
      if (tensor.type !== "int64") return raw
      return toRaw({ ...tensor, data: tensor.data.map((value) => BigInt(Number(value))) })
    }),

  "narrowed-float32": (engine) =>
    eachOutput(engine, (raw) => {
      const tensor = toTensor(raw)
      if (tensor.type !== "float32") return raw
      // What is left of a float32 as a TF32: 10 bits of fraction.
      const bits = new Uint32Array(tensor.data.slice().buffer).map((pattern) => pattern & ~0x1fff)
      return toRaw({ ...tensor, data: new Float32Array(bits.buffer) })
    }),

  "part-name-in-error": (engine) =>
    spoilLoad(engine, async (model, context, load) => {
      try {
        return await load(model, context)
      } catch (cause) {
        throw new StrongroomError("backend-failed", `Can't read ${model.parts[0]?.name}.`, { cause })
      }
    }),

  "runs-after-close": (engine) => spoilSession(engine, (session) => ({ ...session, close: async () => undefined })),

  "reads-aborted-inputs": (engine) =>
    spoilRun(engine, (call, run) => {
      const aborted = new Promise<never>((_, reject) => {
        call.signal.addEventListener("abort", () => reject(call.signal.reason), { once: true })
      })
      // Goes on with the inputs though the caller has been told that it may have them back.
      const running = later(20).then(() => run({ ...call, signal: new AbortController().signal }))
      return Promise.race([running, aborted])
    }),

  "ignores-aborts": (engine) => spoilRun(engine, (call, run) => run({ ...call, signal: new AbortController().signal })),

  "declines-silently": (engine) =>
    spoilLoad(engine, async (model, context, load) => {
      const answer = await load(model, context)
      return "declined" in answer ? { declined: "" } : answer
    }),

  "leaks-kept-outputs": (engine) =>
    spoilRun(engine, async (call, run) => {
      const outputs = Object.entries(await run(call))
      const spoiled = outputs.map(([name, value]) => [name, "kept" in value ? { ...value, close() {} } : value])
      return Object.fromEntries(spoiled)
    }),

  "allocates-without-bound": (engine) => {
    const held: unknown[] = []
    return eachOutput(engine, (raw) => {
      held.push(raw.type === "string" ? [...raw.data] : new Uint8Array(raw.data))
      return raw
    })
  },

  "leaks-sessions": (engine) => {
    const held: unknown[] = []
    return spoilSession(engine, (session) => {
      held.push(session)
      return session
    })
  },

  "leaves-plaintext-open": (engine) =>
    spoilLoad(engine, async (model, context, load) => {
      for (const part of model.parts) await part.bytes(context.signal)
      return load(model, context)
    }),

  "trusts-artifacts": (engine) =>
    spoilLoad(engine, async (model, context, load) => {
      const found = await context.artifacts.get("order")
      if (found === undefined) await context.artifacts.put("order", new TextEncoder().encode("[0]"))
      else if (JSON.parse(new TextDecoder().decode(found.bytes))[0] !== 0) throw new Error("There is no order.")
      found?.close()
      return load(model, context)
    }),

  "shares-weights": (engine) =>
    spoilSession(engine, (session) => {
      lastLoaded = session
      return { ...session, run: (call) => (lastLoaded ?? session).run(call) }
    }),

  "swaps-inputs": (engine) =>
    spoilRun(engine, (call, run) => {
      const names = Object.keys(call.inputs)
      const values = Object.values(call.inputs).reverse()
      return run({ ...call, inputs: Object.fromEntries(names.map((name, index) => [name, values[index] as Value])) })
    }),

  "mixes-runs": (engine) => {
    let inputs: EngineRun["inputs"] = {}
    return spoilRun(engine, async (call, run) => {
      inputs = call.inputs
      await later(0)
      return run({ ...call, inputs })
    })
  },

  "hides-part-errors": (engine) =>
    spoilLoad(engine, async (model, context, load) => {
      try {
        return await load(model, context)
      } catch {
        throw new Error("The model can't be loaded.")
      }
    }),

  "declines-broken-graphs": (engine) =>
    spoilLoad(engine, async (model, context, load) => {
      try {
        return await load(model, context)
      } catch (error) {
        if (StrongroomError.is(error)) throw error
        return { declined: "Something isn't right with it." }
      }
    }),

  "closes-early": (engine) =>
    spoilSession(engine, (session) => ({
      ...session,
      async close() {
        void session.close()
      },
    })),

  "gives-all-outputs": (engine) =>
    spoilLoad(engine, async (model, context, load) => {
      const session = await load(model, context)
      const outputs = model.outputs.map(({ name }) => name)
      return "declined" in session ? session : { ...session, run: (call) => session.run({ ...call, outputs }) }
    }),

  "never-empty": (engine) =>
    spoilRun(engine, (call, run) => {
      const empty = Object.values(call.inputs).some((value) => isBytes(value) && value.shape.includes(0))
      return empty ? Promise.reject(new Error("There is nothing to compute.")) : run(call)
    }),

  "drops-scalars": (engine) => eachOutput(engine, (raw) => (raw.shape.length === 0 ? { ...raw, shape: [1] } : raw)),

  "leaves-files": (engine, host) =>
    spoilSession(engine, (session) => ({
      ...session,
      async run(call) {
        if (host.directory !== undefined) await writeFile(join(host.directory, `${Math.random()}.cache`), "compiled")
        return session.run(call)
      },
    })),

  "invented-capability": (engine) => ({
    ...engine,
    capabilities: { ...engine.capabilities, kinds: ["file", "gguf" as never] },
  }),
} as const satisfies { readonly [name: string]: Spoil }

/** The name of one way to be wrong. */
export type Defect = keyof typeof spoil

/** The session that was loaded last, in any engine of this module: what "shares-weights" mistakes for its own. */
let lastLoaded: EngineSession | undefined

function eachOutput(engine: Engine, change: (raw: RawTensor) => RawTensor): Engine {
  return spoilRun(engine, async (call, run) => {
    const outputs = Object.entries(await run(call))
    return Object.fromEntries(outputs.map(([name, value]) => [name, "kept" in value ? value : change(value)]))
  })
}

function isBytes(value: Value): value is RawTensor & { readonly data: Uint8Array } {
  return !("kept" in value) && value.type !== "string"
}

/** Column-major data under a row-major shape. */
function transposed(raw: RawTensor): RawTensor {
  const tensor = toTensor(raw)
  if (tensor.type !== "float32" || tensor.shape.length !== 2) return raw
  const [rows = 0, columns = 0] = tensor.shape
  const data = tensor.data.map((_, index) => tensor.data[(index % rows) * columns + Math.floor(index / rows)] ?? 0)
  return toRaw({ ...tensor, data })
}

function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
