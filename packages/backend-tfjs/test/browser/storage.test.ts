import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { constants, gunzipSync } from "node:zlib"
import { missingChromium } from "@strongroom/test-machine"
import { filesWith, type TestBrowser, type TestPage } from "@strongroom/test-machine/browser"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { convolutionalNetwork } from "../graph-models.js"
import { humanModel } from "../real-models.js"
import type { Shipped } from "./module.js"
import { type Module, ship, startPages } from "./pages.js"

const missing = missingChromium()

describe.skipIf(missing)(`what a browser keeps of a model${missing ? ` (${missing})` : ""}`, () => {
  const files = humanModel("antispoof")
  const weights = Buffer.concat([...files.shards.values()])
  let browser: TestBrowser
  let page: TestPage
  let shipped: Shipped
  beforeAll(async () => {
    browser = await startPages()
    page = await browser.open()
    shipped = await ship(browser, "antispoof", files)
    const small = await ship(browser, "convolutional", convolutionalNetwork())
    for (const engine of ["webgpu", "webgl", "wasm"] as const) {
      for (const model of [shipped, small]) {
        const { message } = await page.call<Module, "open">("open", model, engine, { cached: true })
        if (message !== undefined) throw new Error(message)
        await page.call<Module, "run">("run", model)
      }
    }
    await page.call<Module, "close">("close", small)
  })
  afterAll(() => browser?.close())

  it("is its ciphertext, in the cache that the page asked for, and nothing else that pages can store", async () => {
    const { files: kept, ...others } = await page.call<Module, "stored">("stored")
    expect(others).toEqual({ databases: 0, caches: 0, local: 0, session: 0 })
    expect(kept.length).toBeGreaterThan(0)
    for (const path of kept) expect(path).toMatch(/^strongroom\/[0-9a-f]{64}\/(front|\d+)$/)
  })

  it("has no weights and no graph on the disk, until TensorFlow.js itself stores them", async () => {
    await browser.quit()
    expect(await filesWith(browser.profile, weights)).toEqual([])
    expect(await filesWith(browser.profile, files.json)).toEqual([])
    const { bytes: sealed } = browser.server.files.get(shipped.sealed) as { readonly bytes: Uint8Array }
    expect((await filesWith(browser.profile, sealed)).length).toBeGreaterThan(0)

    await browser.restart()
    page = await browser.open()
    await page.call<Module, "open">("open", shipped, "wasm")
    await page.call<Module, "saveInTheClear">("saveInTheClear", shipped)
    // The browser writes it when it likes.
    const found = await vi.waitFor(
      async () => {
        const paths = await filesWith(browser.profile, weights)
        expect(paths.length).toBeGreaterThan(0)
        return paths
      },
      { timeout: 60_000, interval: 500 },
    )
    await browser.quit()
    for (const path of found) expect(path).toContain("IndexedDB")
  })

  // No page can turn these off.
  it("is compiled shaders, in the browser's own caches, which name operators and the page's origin, and no layers", () => {
    const caches = ["GPUCache", "DawnWebGPUCache"].map((name) => contentOf(join(browser.profile, "Default", name)))
    const [webgl, webgpu] = caches.map(unpacked) as [Buffer, Buffer]
    for (const shaders of [webgl, webgpu])
      expect(shaders.toString("latin1").match(/GLSL\.std\.450/g)?.length).toBeGreaterThan(10)
    // Names that TensorFlow.js gives to what a convolution works with.
    for (const word of ["inDims", "strides", "dilations"]) expect(webgl.includes(word), word).toBe(true)
    expect(webgpu.includes(Buffer.from("http://localhost").toString("hex"))).toBe(true)
    const layers = ["convolved", "probabilities", "features", ...namesOf(files.json)]
    for (const shaders of [webgl, webgpu]) {
      for (const layer of layers) expect(shaders.includes(layer), layer).toBe(false)
    }
  })
})

function contentOf(folder: string): Buffer {
  const paths = readdirSync(folder).map((name) => join(folder, name))
  return Buffer.concat(paths.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path)))
}

/** Chromium's GPUCache holds programs in base64 of gzip. */
function unpacked(content: Buffer): Buffer {
  const packed = content.toString("latin1").match(/H4sI[A-Za-z0-9+/]{40,}=*/g) ?? []
  return Buffer.concat([content, ...packed.map((text) => inflated(Buffer.from(text, "base64")))])
}

/** As much as there is: an entry's last block may be cut off. */
function inflated(bytes: Buffer): Buffer {
  return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH })
}

/** Names of a model's layers that are long enough to be told from noise. */
function namesOf(json: Uint8Array): readonly string[] {
  const { modelTopology } = JSON.parse(new TextDecoder().decode(json))
  const names = modelTopology.node.map(({ name }: { readonly name: string }) => name)
  return names.filter((name: string) => name.length >= 10)
}
