// One measured process: loads a model and runs it once, and then again: sealed in a vault, or plain in the engine alone,
// from its file or from bytes that are in memory before the clock starts. Takes a side, a case's path, where the outputs go
// and, for "kept", a store's folder.
// Prints {"first":ms,"again":ms} and writes the outputs' bytes, in the order of their names.
import { readFile, writeFile } from "node:fs/promises"
import { setTimeout } from "node:timers/promises"
import type { Backend } from "@strongroom/core/backend"
import type { LoadCase, LoadTimes, Side } from "./load-case.js"
import { floatInput } from "./networks/input.js"
import { bytesOf } from "./networks/random.js"

const [side, casePath, outputPath, store] = process.argv.slice(2) as [Side, string, string, string?]
const { input, plainPath, sealedPath, keys, opencl } = JSON.parse(await readFile(casePath, "utf8")) as LoadCase

/** Until the vault's next spare thread is warm, and what the last load left has been freed. */
const settleMilliseconds = 1500

const data = floatInput(input.shape)

interface Loaded {
  readonly outputs: { readonly [name: string]: { readonly data: unknown } }
  close(): Promise<void>
}

/** Loads anew at each call: what is called is what is timed. */
async function makeLoader(): Promise<() => Promise<Loaded>> {
  if (side === "file" || side === "bytes") {
    const ort = await import("onnxruntime-node")
    const bytes = side === "bytes" ? new Uint8Array(await readFile(plainPath)) : undefined
    return async () => {
      const session = bytes ? await ort.InferenceSession.create(bytes) : await ort.InferenceSession.create(plainPath)
      const outputs = await session.run({ [input.name]: new ort.Tensor("float32", data, input.shape) })
      return { outputs, close: () => session.release() }
    }
  }
  const { fileStore, openVault, tensor } = await import("@strongroom/vault")
  const kept = store && ({ cache: "sealed", artifactStore: fileStore(store) } as const)
  const vault = await openVault({ backend: await backend(), ...kept })
  return async () => {
    const session = await vault.load(sealedPath, keys)
    const outputs = await session.run({ [input.name]: tensor("float32", input.shape, data) })
    return { outputs, close: () => session.close() }
  }
}

async function backend(): Promise<Backend> {
  if (opencl !== undefined) return (await import("./vault-backend.js")).openclFor(opencl)
  return (await import("@strongroom/backend-onnxruntime")).onnxruntime()
}

const load = await makeLoader()

async function measure(): Promise<number> {
  await setTimeout(settleMilliseconds)
  const start = performance.now()
  const { outputs, close } = await load()
  const taken = performance.now() - start
  const names = Object.keys(outputs).sort()
  await writeFile(outputPath, Buffer.concat(names.map((name) => bytesOf(outputs[name]?.data as Float32Array))))
  await close()
  return taken
}

const times: LoadTimes = { first: await measure(), again: await measure() }
console.log(JSON.stringify(times))
process.exit(0)
