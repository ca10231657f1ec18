// A process that runs mutated cases on the engine, and on ONNX Runtime what the engine took. What it is at it says before:
// it may be the last that is heard of it.
import { createRequire } from "node:module"
import { StrongroomError } from "@strongroom/core/backend"
import { createContext, platforms } from "@strongroom/opencl/objects"
import { randomNumbers } from "../../../cli/src/numbers.js"
import { elementsOf } from "../../src/graph/elements.js"
import { isFloat } from "../../src/graph/tensor-type.js"
import { loadDirectly, runDirectly } from "../direct-load.js"
import { type FuzzCase, type NumericTensor, readCases } from "./cases.js"
import { differenceOf } from "./compare.js"
import type { ChildOptions, FromChild } from "./messages.js"
import { type FuzzInput, mutateCase } from "./mutate-case.js"

const { data, seed, first, step, onnxruntime, filter } = JSON.parse(process.argv[2] as string) as ChildOptions
const cases = readCases(data).filter(({ name }) => name.includes(filter))
const device = platforms()[0]?.devices()[0]
if (device === undefined) throw new Error("There is no device here.")
const context = createContext(device)
// So many bytes behind what the engine needs no kernel should touch.
const slack = 64
const createBuffer = context.createBuffer.bind(context)
context.createBuffer = (content, options) =>
  createBuffer(typeof content === "number" && content > slack ? content - slack : content, options)
const ort = onnxruntime === undefined ? undefined : createRequire(onnxruntime)("onnxruntime-node")

const say = (message: FromChild) => new Promise((resolve) => process.send?.(message, resolve))

for (let index = first; ; index += step) {
  const random = randomNumbers(seed * 1_000_003 + index)
  const one = cases[Math.floor(random() * cases.length)] as FuzzCase
  const input = mutateCase(one, random)
  await say({ kind: "begun", index, name: one.name })
  const { outputs, ...answer } = await runHere(input)
  await say({ kind: "answered", index, ...answer })
  if (outputs === undefined || ort === undefined || isRandom(one) || !Object.values(outputs).every(isTame)) continue
  if (!input.given.every(isTame)) continue
  const problem = await compareThere(input, outputs)
  if (problem !== undefined) await say({ kind: "differs", index, problem })
}

function isRandom({ name }: FuzzCase): boolean {
  return /dropout|bernoulli|random|multinomial/.test(name)
}

/** What isn't a number, or so large that all else is lost beside it, depends on the order in which things are computed. */
function isTame({ type, data }: NumericTensor): boolean {
  return !isFloat(type) || elementsOf(type, data).every((value) => Math.abs(Number(value)) < 1e6)
}

type Outputs = Readonly<Record<string, NumericTensor>>

async function runHere({ model, inputs, outputs }: FuzzInput) {
  try {
    const session = await loadDirectly(context, model)
    if ("declined" in session) return { outcome: "declined" } as const
    try {
      const results = await runDirectly(session, inputs, outputs)
      return { outcome: "taken", outputs: results as Outputs } as const
    } finally {
      await session.close()
    }
  } catch (error) {
    if (StrongroomError.is(error) && (error.code === "backend-failed" || error.code === "out-of-memory"))
      return { outcome: "refused", reason: error.message } as const
    return {
      outcome: "broke",
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    } as const
  }
}

/** Undefined where ONNX Runtime doesn't take it, or gives the same. */
async function compareThere({ model, inputs }: FuzzInput, outputs: Outputs): Promise<string | undefined> {
  try {
    const options = { logSeverityLevel: 4, intraOpNumThreads: 1, graphOptimizationLevel: "disabled" }
    const session = await ort.InferenceSession.create(model, options)
    const feeds = Object.entries(inputs).map(([name, { type, shape, data }]) => [
      name,
      new ort.Tensor(type, typed(type, data), shape),
    ])
    const results = await session.run(Object.fromEntries(feeds))
    await session.release()
    return differenceOf(outputs, results)
  } catch {
    return undefined
  }
}

function typed(type: string, data: Uint8Array) {
  const arrays: Readonly<Record<string, new (buffer: ArrayBufferLike) => unknown>> = {
    ...{ float32: Float32Array, float64: Float64Array, float16: Uint16Array, int64: BigInt64Array },
    ...{ uint64: BigUint64Array, int32: Int32Array, uint32: Uint32Array, int16: Int16Array, uint16: Uint16Array },
    ...{ int8: Int8Array, uint8: Uint8Array, bool: Uint8Array },
  }
  const array = arrays[type]
  if (array === undefined) throw new Error("ONNX Runtime for Node has no such tensors.")
  return new array(data.slice().buffer)
}
