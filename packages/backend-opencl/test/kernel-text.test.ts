import { readFileSync } from "node:fs"
import type { Host, OpenModel, Part } from "@strongroom/core/backend"
import { heapPlaintext, noArtifacts, tensorByteLength } from "@strongroom/core/host"
import { createContext, platforms } from "@strongroom/opencl/objects"
import { driver, missingDriver } from "@strongroom/test-machine"
import { describe, expect, it } from "vitest"
import { loadNetwork } from "../src/engine/load.js"
import type { OnnxGraph } from "../src/onnx/model.js"
import { readOnnxModel } from "../src/onnx/read-model.js"
import { packagedModels } from "./onnx/packaged-models.js"
import { picture, tellingNetwork, tellingWord } from "./telling-network.js"

const why = missingDriver("pocl")

/** What is in memory, as an engine gets it. */
function part(role: Part["role"], name: string, content: Uint8Array): Part {
  const given: Partial<Part> = {
    role,
    name,
    byteLength: content.length,
    async bytes() {
      const plaintext = heapPlaintext(content.length)
      plaintext.bytes.set(content)
      return plaintext
    },
    async *chunks() {
      yield content.slice()
    },
  }
  return given as Part
}

/** Every text, and its options, that the driver gets for one run of a model. */
async function textsFor(
  model: Pick<OpenModel, "inputs" | "outputs" | "parts">,
  input: string,
  shape: number[],
  data: Float32Array,
) {
  Object.assign(process.env, driver("pocl"))
  const device = platforms()[0]?.devices()[0]
  if (device === undefined) throw new Error("There is no device here.")
  const context = createContext(device)
  const texts: string[] = []
  const createProgram = context.createProgram.bind(context)
  context.createProgram = (source, options) => {
    texts.push(`${source}\n${JSON.stringify(options)}`)
    return createProgram(source, options)
  }
  const host = { cachePolicy: "off", observe() {} } as unknown as Host
  const place = { host, context, queue: context.createQueue() }
  const whole = { id: "0".repeat(32), kind: "onnx", ...model } as OpenModel
  const { signal } = new AbortController()
  const session = await loadNetwork(place, whole, { signal, progress() {}, artifacts: noArtifacts })
  if ("declined" in session) throw new Error(session.declined)
  const bytes = new Uint8Array(data.buffer)
  const allocate = (type: Parameters<typeof tensorByteLength>[0], of: readonly number[]) =>
    new Uint8Array(tensorByteLength(type, of))
  const outputs = model.outputs.map(({ name }) => name)
  await session.run({
    inputs: { [input]: { type: "float32", shape, data: bytes } },
    outputs,
    keep: [],
    allocate,
    signal,
  })
  await session.close()
  context.release()
  return texts
}

const namesOf = ({ nodes, inputs, outputs, initializers }: OnnxGraph): readonly string[] => [
  ...nodes.flatMap((one) => [one.name, ...one.inputs, ...one.outputs]),
  ...[...inputs, ...outputs].map(({ name }) => name),
  ...initializers.keys(),
]

describe.skipIf(why)(`What drivers get of a network${why ? ` (not here: ${why})` : ""}`, () => {
  it("has none of the names of its nodes, values and files", async () => {
    await using model = await tellingNetwork()
    const parts: Part[] = []
    for (const { name, role, source } of model.parts) {
      const content = new Uint8Array(await source.byteLength())
      await source.read(0, content)
      parts.push(part(role, name, content))
    }
    const texts = await textsFor({ ...model, parts }, `${tellingWord}_image`, [1, 3, 8, 8], picture(8, 8))
    expect(texts.join("")).toContain("__kernel void")
    expect(texts.filter((text) => text.includes(tellingWord))).toEqual([])
  })

  it("has no name of a real model's", async () => {
    const path = packagedModels.find((one) => one.includes("_cls_")) as string
    const bytes = Uint8Array.from(readFileSync(path))
    const { graph } = readOnnxModel(bytes)
    const specs = (values: typeof graph.inputs) => values.map(({ name, type }) => ({ name, type, shape: ["?"] }))
    const inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name))
    const model = { inputs: specs(inputs), outputs: specs(graph.outputs), parts: [part("graph", "model.onnx", bytes)] }
    const data = Float32Array.from({ length: 3 * 48 * 192 }, (_, index) => Math.sin(index / 97))
    const texts = await textsFor(
      model as Parameters<typeof textsFor>[0],
      inputs[0]?.name as string,
      [1, 3, 48, 192],
      data,
    )
    const whole = texts.join("\n")
    // Shorter ones, such as x, are words of any program.
    const names = namesOf(graph).filter((name) => name.length > 6)
    expect(names.length).toBeGreaterThan(100)
    expect(names.filter((name) => whole.includes(name))).toEqual([])
  }, 120_000)
})
