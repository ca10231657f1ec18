// One measured process: a network on the engine of @strongroom/backend-opencl, called straight through its contract, on the
// driver whose variables the process has, as inference/answer.ts says. Takes a case's path and, for an engine that has run
// another network before, "warm". Runs with --expose-gc.
import { readFile, writeFile } from "node:fs/promises"
import { opencl } from "@strongroom/backend-opencl"
import { bytesSource, importOnnx, type ModelToSeal } from "@strongroom/core"
import type { CreateEngine, ElementType, RawTensor } from "@strongroom/core/backend"
import { heapPlaintext, noArtifacts, tensorByteLength } from "@strongroom/core/host"
import { importPath } from "@strongroom/core/node"
import type { NetworkSession } from "../../../../packages/backend-opencl/src/engine/session.js"
import type { Network } from "../networks/networks.js"
import { matrixProducts, onnxFile } from "../onnx.js"
import { answer, readCase } from "./answer.js"
import type { OpenclGreeting } from "./case.js"
import { filePart } from "./file-part.js"

const { theCase, input } = await readCase()
const { STRONGROOM_OPENCL_LIBRARY: library } = process.env
const backend = opencl(library === undefined ? {} : { library })
const { default: createEngine } = (await import(backend.module)) as { readonly default: CreateEngine }
const engine = await createEngine(backend.options, {
  cachePolicy: "driver",
  directory: undefined,
  allocate: heapPlaintext,
  observe() {},
})
if (process.argv[3] === "warm") await warmUp()
const imported = await importPath(theCase.modelPath)
let session: NetworkSession
let outputBytes = 0

await settle()
// The peak counts from here on: proc(5), clear_refs.
await writeFile("/proc/self/clear_refs", "5")
const before = (await memory()).resident

await answer(async () => {
  const loaded = await load(imported, theCase.input, input)
  session = loaded.session
  return loaded
}, greet)

/** What a driver has once, and no network makes larger: its compiler above all. */
async function warmUp(): Promise<void> {
  const size = 64
  const model = await importOnnx(bytesSource(await onnxFile(matrixProducts(1, size))), async () => {
    throw new Error("Its weights are in the graph's file.")
  })
  const row = { name: "x", type: "float32", shape: [1, size] } as const
  const small = await load(model, row, new Uint8Array(4 * size))
  await small.run()
  await small.session.close()
}

/** A session for one input, with its sizes, as where a model is sealed for them. */
async function load(model: ModelToSeal, { name, type, shape }: Network["input"], data: Uint8Array) {
  const { signal } = new AbortController()
  const loaded = await engine.load(
    {
      id: "0".repeat(32),
      kind: "onnx",
      inputs: [{ name, type, shape }],
      outputs: model.outputs,
      parts: await Promise.all(model.parts.map(filePart)),
    },
    { signal, progress() {}, artifacts: noArtifacts },
  )
  if ("declined" in loaded) throw new Error(loaded.declined)
  const [output] = model.outputs.map((spec) => spec.name) as [string]
  const call = {
    inputs: { [name]: { type, shape, data } },
    outputs: [output],
    keep: [],
    allocate: (type: ElementType, shape: readonly number[]) => new Uint8Array(tensorByteLength(type, shape)),
    signal,
  }
  return {
    session: loaded as NetworkSession,
    async run() {
      const { data } = (await loaded.run(call))[output] as RawTensor & { readonly data: Uint8Array<ArrayBuffer> }
      outputBytes = data.length
      return new Float32Array(data.buffer)
    },
  }
}

async function greet(first: number): Promise<OpenclGreeting> {
  const { peak } = await memory()
  await settle()
  const { resident } = await memory()
  const { device, driver } = engine.fingerprint
  const { launches, activationBytes: activations, memory: ofDevice } = session
  return {
    engine: `${device}, ${driver}`,
    first,
    launches,
    activations,
    ends: input.length + outputBytes,
    memory: { held: ofDevice.bytes, peak: ofDevice.mostBytes },
    process: { held: resident - before, peak: peak - before },
  }
}

/** What one collection finalises, the next one frees. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Of this process, now and at most since `clear_refs` was written to, in bytes. */
async function memory(): Promise<{ readonly resident: number; readonly peak: number }> {
  const status = await readFile("/proc/self/status", "utf8")
  const bytes = (field: string) => 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1])
  return { resident: bytes("VmRSS"), peak: bytes("VmHWM") }
}
