import { readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { startBrowser, type TestBrowser, type TestBrowserOptions } from "@strongroom/test-machine/browser"
import { createPublisher } from "@strongroom/testkit"
import { vi } from "vitest"
import type { GraphFiles } from "../graph-files.js"
import { seeded } from "../graph-models.js"
import { importFiles } from "../open-model.js"
import type { Shipped } from "./module.js"

// Without a GPU, and on a busy machine, a browser takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

export type Module = typeof import("./module.js")

const publisher = await createPublisher()

/** Starts a browser whose server has WebAssembly's binaries in /wasm/, as an app would put them. */
export async function startPages(options: TestBrowserOptions = {}, module = "./module.ts"): Promise<TestBrowser> {
  const browser = await startBrowser(fileURLToPath(new URL(module, import.meta.url)), options)
  const folder = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".wasm"))) {
    browser.server.files.set(`/wasm/${name}`, { bytes: readFileSync(join(folder, name)) })
  }
  return browser
}

/** Puts a model on the browser's server, sealed and plain. Inputs whose sizes aren't fixed take `sizes` for their -1s. */
export async function ship(
  { server }: TestBrowser,
  name: string,
  { json, shards }: GraphFiles,
  sizes: readonly number[] = [],
): Promise<Shipped> {
  const model = await importFiles({ json, shards })
  const { bytes, identity, keys } = await publisher.ship(model)
  server.files.set(`/${name}.sealed`, { bytes })
  server.files.set(`/${name}/model.json`, { bytes: json })
  for (const [path, shard] of shards) server.files.set(`/${name}/${path}`, { bytes: shard })
  const unknown = [...sizes]
  const inputs = model.inputs.map((spec, index) => {
    const shape = spec.shape.map((size) => (typeof size === "number" && size >= 0 ? size : (unknown.shift() ?? 1)))
    const length = shape.reduce((product, size) => product * size, 1)
    return [spec.name, { shape, data: seeded(index + 1, length).map((value) => (value + 1) / 2) }] as const
  })
  return {
    sealed: `/${name}.sealed`,
    json: `/${name}/model.json`,
    grant: keys.grant,
    identity,
    trust: keys.trust[0] as string,
    inputs: Object.fromEntries(inputs),
    outputs: model.outputs.map((spec) => spec.name),
  }
}
