import { readFileSync } from "node:fs"
import type { Part } from "@strongroom/core/backend"
import { createContext, platforms } from "@strongroom/opencl/objects"
import { driver, missingDriver } from "@strongroom/test-machine"
import { memoryPart } from "@strongroom/testkit"
import { describe, expect, it } from "vitest"
import type { OnnxGraph } from "../src/onnx/model.js"
import { readOnnxModel } from "../src/onnx/read-model.js"
import { loadDirectly, runDirectly } from "./direct-load.js"
import { packagedModels } from "./onnx/packaged-models.js"
import { picture, tellingNetwork, tellingWord } from "./telling-network.js"

const why = missingDriver("pocl")

/** Every text, and its options, that the driver gets for one run of a model. */
async function textsFor(file: Uint8Array, weights: readonly Part[], shape: readonly number[], data: Float32Array) {
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
  const session = await loadDirectly(context, file, weights)
  if ("declined" in session) throw new Error(session.declined)
  const { inputs, outputs, initializers } = readOnnxModel(file).graph
  const input = inputs.find(({ name }) => !initializers.has(name))?.name as string
  const given = { [input]: { type: "float32", shape, data: new Uint8Array(data.buffer) } } as const
  const names = outputs.map(({ name }) => name)
  await runDirectly(session, given, names)
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
    const contents = await Promise.all(
      model.parts.map(async ({ name, role, source }) => {
        const content = new Uint8Array(await source.byteLength())
        await source.read(0, content)
        return { name, role, content }
      }),
    )
    const file = contents.find(({ role }) => role === "graph")?.content as Uint8Array
    const others = contents.filter(({ role }) => role !== "graph")
    const weights = others.map(({ name, role, content }) => memoryPart(role, name, content))
    expect(weights.map(({ name }) => name)).toEqual([`${tellingWord}.bin`])
    const texts = await textsFor(file, weights, [1, 3, 8, 8], picture(8, 8))
    expect(texts.join("")).toContain("__kernel void")
    expect(texts.filter((text) => text.includes(tellingWord))).toEqual([])
  })

  it("has no name of a real model's", async () => {
    const path = packagedModels.find((one) => one.includes("_cls_")) as string
    const file = Uint8Array.from(readFileSync(path))
    const data = Float32Array.from({ length: 3 * 48 * 192 }, (_, index) => Math.sin(index / 97))
    const whole = (await textsFor(file, [], [1, 3, 48, 192], data)).join("\n")
    // Shorter ones, such as x, are words of any program.
    const names = namesOf(readOnnxModel(file).graph).filter((name) => name.length > 6)
    expect(names.length).toBeGreaterThan(100)
    expect(names.filter((name) => whole.includes(name))).toEqual([])
  })
})
