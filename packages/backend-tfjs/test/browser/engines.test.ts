import { missingChromium } from "@strongroom/test-machine"
import type { TestBrowser, TestPage } from "@strongroom/test-machine/browser"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { GraphFiles } from "../graph-files.js"
import { boxPicker, convolutionalNetwork } from "../graph-models.js"
import { humanModel, nsfwModel } from "../real-models.js"
import type { Outputs } from "./module.js"
import { type Module, ship, startPages } from "./pages.js"

const missing = missingChromium()
const engines = ["webgpu", "webgl", "wasm"] as const

interface PageModel {
  readonly name: string
  readonly files: () => GraphFiles
  /** Of inputs, where a model doesn't fix them. */
  readonly sizes?: readonly number[]
}

const models: readonly PageModel[] = [
  { name: "convolutional", files: convolutionalNetwork, sizes: [2] },
  { name: "picker", files: boxPicker, sizes: [4, 4] },
  { name: "facemesh", files: () => humanModel("facemesh") },
  // 20 s on WebGPU without a GPU.
  ...(process.env.STRONGROOM_FULL ? [{ name: "faceres", files: () => humanModel("faceres") }] : []),
]

/** What pages gave, by engine and model. */
const results = new Map<string, Outputs>()

describe.skipIf(missing).each(engines)(`models in a page on %s${missing ? ` (${missing})` : ""}`, (engine) => {
  let browser: TestBrowser
  let page: TestPage
  beforeAll(async () => {
    browser = await startPages()
    page = await browser.open()
  })
  afterAll(() => browser?.close())

  it.each(models)("$name gives what tf.loadGraphModel's gives, bit for bit", async ({ name, files, sizes }) => {
    const shipped = await ship(browser, name, files(), sizes)
    const { report, ...refused } = await page.call<Module, "open">("open", shipped, engine)
    expect(refused.message).toBe(undefined)
    expect(report).toMatchObject({ place: "in-process", backend: { name: "tfjs", engine: "tfjs" } })
    const found = await page.call<Module, "run">("run", shipped)
    const expected = await page.call<Module, "runPlain">("runPlain", shipped)
    expect(await page.call<Module, "memory">("memory")).toMatchObject({ backend: engine })
    expect(Object.keys(found)).toEqual(shipped.outputs)
    for (const output of shipped.outputs) expect(sameAs(found[output], expected[output]), output).toBe(true)
    results.set(`${engine} ${name}`, found)
    await page.call<Module, "close">("close", shipped)
  })

  // 20 s on WebGPU and 15 on WebGL without a GPU, on a busy machine.
  it.skipIf(engine !== "wasm" && !process.env.STRONGROOM_FULL)(
    "nsfwjs, a layers model, gives what tf.loadLayersModel's gives, bit for bit",
    async () => {
      const shipped = await ship(browser, "nsfw", nsfwModel("mobilenet_v2"))
      expect((await page.call<Module, "open">("open", shipped, engine)).message).toBe(undefined)
      const [[name, found] = []] = Object.entries(await page.call<Module, "run">("run", shipped))
      const expected = await page.call<Module, "runPlainLayers">("runPlainLayers", shipped)
      expect(sameAs(found, expected[name as string])).toBe(true)
      await page.call<Module, "close">("close", shipped)
    },
  )

  it("says nothing of a model to the console", () => {
    expect(page.said).toEqual([])
  })
})

describe.skipIf(missing)(`models in a page across engines${missing ? ` (${missing})` : ""}`, () => {
  it.each(models)("$name is the same within 1e-4 of the largest output", ({ name }) => {
    const [first, ...others] = engines.map((engine) => results.get(`${engine} ${name}`))
    expect(Object.keys(first ?? {})).not.toHaveLength(0)
    for (const [output, { data }] of Object.entries(first ?? {})) {
      if (!(data instanceof Uint8Array)) continue
      const reference = floatsOf(data)
      const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      for (const other of others) {
        const found = floatsOf(other?.[output]?.data as Uint8Array)
        const apart = reference.reduce((most, value, at) => Math.max(most, Math.abs(value - (found[at] as number))), 0)
        expect(apart, output).toBeLessThanOrEqual(1e-4 * largest)
      }
    }
  })
})

const floatsOf = (bytes: Uint8Array) => new Float32Array(Uint8Array.from(bytes).buffer)

function sameAs(found: Outputs[string] | undefined, expected: Outputs[string] | undefined): boolean {
  if (found === undefined || expected === undefined || String(found.shape) !== String(expected.shape)) return false
  if (found.data instanceof Uint8Array) return Buffer.compare(found.data, expected.data as Uint8Array) === 0
  return JSON.stringify(found.data) === JSON.stringify(expected.data)
}
