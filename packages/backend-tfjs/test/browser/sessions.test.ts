import { missingChromium } from "@strongroom/test-machine"
import type { TestBrowser, TestPage } from "@strongroom/test-machine/browser"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { boxPicker, convolutionalNetwork, oneOperator, productsOverRows } from "../graph-models.js"
import { humanModel } from "../real-models.js"
import type { Shipped } from "./module.js"
import { type Module, ship, startPages } from "./pages.js"

const missing = missingChromium()

const threadedModels = [
  ["convolutional", convolutionalNetwork, [2]],
  ["picker", boxPicker, [4, 4]],
  ["facemesh", () => humanModel("facemesh"), []],
] as const

describe.skipIf(missing)(`sessions in a page${missing ? ` (${missing})` : ""}`, () => {
  let browser: TestBrowser
  let page: TestPage
  let network: Shipped
  let picker: Shipped
  beforeAll(async () => {
    browser = await startPages()
    page = await browser.open()
    network = await ship(browser, "convolutional", convolutionalNetwork(), [2])
    picker = await ship(browser, "picker", boxPicker(), [4, 4])
  })
  afterAll(() => browser?.close())

  it("take WebAssembly where there is no GPU, and the report says why the others were passed over", async () => {
    const { report } = await page.call<Module, "open">("open", network, "auto")
    expect(report?.backend.device).toMatch(/^wasm with SIMD, one thread/)
    const evidence = report?.guarantees.find(({ id }) => id === "modules.known")?.evidence
    expect(evidence).toMatchObject([
      {
        tfjsEngine: "wasm",
        passedOver: [
          { engine: "webgpu", reason: expect.stringContaining("no GPU") },
          { engine: "webgl", reason: expect.stringContaining("no GPU") },
        ],
      },
    ])
  })

  it("say plainly what a page can't promise", async () => {
    const { report, text } = await page.call<Module, "open">("open", network, "wasm")
    const states = Object.fromEntries(report?.guarantees.map(({ id, state }) => [id, state]) ?? [])
    expect(states).toMatchObject({ "model.authentic": "enforced", "process.separate": "unavailable" })
    expect(Object.values(states).filter((state) => state === "enforced")).toHaveLength(1)
    for (const limit of ["browser extensions", "Whoever serves the page", "compiled shaders", "may be swapped"]) {
      expect(text).toContain(limit)
    }
    expect(text).not.toContain("LD_PRELOAD")
    expect(text).toMatch(/^THERE IS NO VAULT/)
  })

  it.each(["webgpu", "webgl", "wasm"] as const)("leave no tensor behind on %s, run after run", async (engine) => {
    await page.call<Module, "close">("close", network)
    await page.call<Module, "close">("close", picker)
    const { numTensors: before } = await page.call<Module, "memory">("memory")
    await page.call<Module, "open">("open", network, engine)
    await page.call<Module, "open">("open", picker, engine)
    await page.call<Module, "run">("run", network)
    await page.call<Module, "run">("run", picker)
    const { numTensors, numBytes } = await page.call<Module, "memory">("memory")
    await page.call<Module, "run">("run", network, engine === "wasm" ? 1000 : 50)
    await page.call<Module, "run">("run", picker, 20)
    expect(await page.call<Module, "memory">("memory")).toMatchObject({ backend: engine, numTensors, numBytes })
    await page.call<Module, "close">("close", network)
    await page.call<Module, "close">("close", picker)
    expect(await page.call<Module, "memory">("memory")).toMatchObject({ numTensors: before })
  })

  it("overwrite their weights in textures before WebGL keeps those for others, which TensorFlow.js doesn't", async () => {
    const own = await browser.open()
    const shard = convolutionalNetwork().shards.get("group1-shard1of4.bin") as Uint8Array
    const kernel = new Float32Array(Uint8Array.from(shard.subarray(0, 64 * 4)).buffer)
    const found = () => own.call<Module, "foundInFreeTextures">("foundInFreeTextures", kernel)
    await own.call<Module, "open">("open", network, "webgl")
    await own.call<Module, "run">("run", network)
    await own.call<Module, "close">("close", network)
    expect(await found()).toBe(0)
    await own.call<Module, "runPlain">("runPlain", network)
    expect(await found()).toBe(kernel.length)
    await own.close()
  })

  it.each(["webgpu", "webgl"] as const)("fail when the GPU is lost, and give no zeros: %s", async (engine) => {
    const own = await browser.open()
    await own.call<Module, "open">("open", network, engine)
    expect(await own.call<Module, "runOutcome">("runOutcome", network)).toBe("ran")
    await own.call<Module, "loseGpu">("loseGpu")
    expect(await own.call<Module, "runOutcome">("runOutcome", network)).toBe("backend-failed")
    await own.close()
  })

  it.each(["webgpu", "webgl", "wasm"] as const)(
    "refuse what an engine lacks, by the operator's name: %s",
    async (engine) => {
      const own = await browser.open()
      const unknown = await ship(browser, "unknown", oneOperator("NoSuchOperator"), [1])
      expect(await own.call<Module, "open">("open", unknown, engine)).toMatchObject({
        code: "model-declined",
        message: expect.stringContaining("NoSuchOperator"),
      })
      await own.close()
    },
  )

  it.each(["webgpu", "webgl", "wasm"] as const)(
    "compute products over as many rows as there are, none too, which TensorFlow.js can't on WebGL and WebAssembly: %s",
    async (engine) => {
      const own = await browser.open()
      for (const rows of [3, 0]) {
        const products = await ship(browser, `products-${rows}`, productsOverRows(), [rows])
        await own.call<Module, "open">("open", products, engine)
        const found = await own.call<Module, "run">("run", products)
        expect(found).toMatchObject({ "square:0": { shape: [2, 2] }, "several:0": { shape: [1, 2, 2] } })
        if (rows === 0) {
          // Some engines' zeros have a sign.
          const floats = Object.values(found).map(({ data }) =>
            Array.from(new Float32Array((data as Uint8Array).slice().buffer), (value) => value + 0),
          )
          expect(floats).toEqual([
            [0, 0, 0, 0],
            [0, 0, 0, 0],
            [0, 2, 0, 2],
          ])
        } else {
          expect(found).toEqual(await own.call<Module, "runPlain">("runPlain", products))
        }
        const { numTensors } = await own.call<Module, "memory">("memory")
        await own.call<Module, "run">("run", products, 3)
        expect(await own.call<Module, "memory">("memory")).toMatchObject({ numTensors })
        await own.call<Module, "close">("close", products)
      }
      await own.close()
    },
  )

  it("say so when WebAssembly's binaries aren't there", async () => {
    const own = await browser.open()
    const paths = { wasmPaths: "/nowhere/" }
    expect(await own.call<Module, "open">("open", network, "wasm", paths)).toMatchObject({ code: "backend-missing" })
    await own.close()
  })

  it("take WebAssembly with threads where the page has shared memory, and give the same with them", async () => {
    await using isolated = await startPages({ isolated: true })
    // TensorFlow.js takes half of the processors, 4 at most.
    await isolated.context.addInitScript(() => Object.defineProperty(navigator, "hardwareConcurrency", { value: 8 }))
    const [alone, threaded] = [await browser.open(), await isolated.open()]
    for (const [name, files, sizes] of threadedModels) {
      const one = await ship(browser, `${name}-alone`, files(), sizes)
      await alone.call<Module, "open">("open", one, "wasm")
      const expected = await alone.call<Module, "run">("run", one)
      const shipped = await ship(isolated, name, files(), sizes)
      const { report } = await threaded.call<Module, "open">("open", shipped, "wasm")
      expect(report?.backend.device).toMatch(/^wasm with SIMD, 4 threads/)
      expect(await threaded.call<Module, "run">("run", shipped, 3)).toEqual(expected)
      expect(await threaded.call<Module, "runPlain">("runPlain", shipped)).toEqual(expected)
      await threaded.call<Module, "close">("close", shipped)
    }
    expect(threaded.page.workers().length).toBeGreaterThanOrEqual(4)
    expect(isolated.server.requests).toContain("GET /wasm/tfjs-backend-wasm-threaded-simd.wasm")
    expect(browser.server.requests).not.toContain("GET /wasm/tfjs-backend-wasm-threaded-simd.wasm")
    expect(threaded.said).toEqual([])
  })

  // What no page can prevent, shown. (After a run there are copies that XNNPACK made, until the page goes.)
  it("are open to every script of their page: weights are found in WebAssembly's memory, and not after the close", async () => {
    const own = await browser.open()
    const kernel = convolutionalNetwork().shards.get("group1-shard1of4.bin")?.subarray(0, 64) as Uint8Array
    const found = () => own.call<Module, "findInWasm">("findInWasm", Uint8Array.from(kernel))
    await own.call<Module, "open">("open", network, "wasm")
    expect(await found()).toBe(1)
    await own.call<Module, "close">("close", network)
    expect(await found()).toBe(0)
    await own.close()
  })
})
