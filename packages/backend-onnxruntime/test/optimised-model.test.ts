import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { bytesSource, importOnnx, type ModelToSeal, type Tensor, tensor } from "@strongroom/core"
import { createPublisher, type ShippedModel } from "@strongroom/testkit"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { type Loading, loadOnce as loadWith } from "./load-once.js"
import { ocrModel } from "./ocr-model.js"
import { type OnnxToWrite, onnxModel } from "./onnx-writer.js"
import { Shelf } from "./shelf.js"

const publisher = await createPublisher()

/** TMPFS_MAGIC, statfs(2) */
const isInMemory = (path: string) => statfsSync(path).type === 0x01021994

function newFolder(parent: string): string {
  const folder = mkdtempSync(join(parent, "strongroom-test-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const square = tensor(
  "float32",
  [4, 4],
  Float32Array.from({ length: 16 }, (_, at) => at + 1),
)
const given = { x: square }

/** With that input, unless there are others. */
const loadOnce = (shipped: ShippedModel, loading: Loading, inputs: Readonly<Record<string, Tensor>> = given) =>
  loadWith(shipped, loading, inputs)

const matrix = { type: "float32", shape: [4, 4] } as const
const weight = new Uint8Array(Float32Array.from({ length: 16 }, (_, at) => Math.cos(at)).buffer)

/** y = x exp(w), of which exp(w) is computed beforehand. */
function product({ external = false, input = "x", bytes = weight } = {}): OnnxToWrite {
  return {
    nodes: [
      { op: "Exp", inputs: ["w"], outputs: ["folded"] },
      { op: "MatMul", inputs: [input, "folded"], outputs: ["y"] },
    ],
    inputs: [{ name: input, ...matrix }],
    outputs: [{ name: "y", ...matrix }],
    weights: [{ name: "w", ...matrix, bytes, ...(external && { external: { location: "w.bin", offset: 0 } }) }],
  }
}

const imported = (model: OnnxToWrite): Promise<ModelToSeal> =>
  importOnnx(bytesSource(onnxModel(model)), async () => bytesSource(weight))

const memoryFolder = "/dev/shm"

describe.runIf(process.platform === "linux")("what ONNX Runtime made of a model", () => {
  it("is used in its place, and its file is gone", async () => {
    const { toSeal, inputs } = await ocrModel("classification")
    const shipped = await publisher.ship(toSeal)
    const [directory, artifacts] = [newFolder(memoryFolder), new Shelf()]
    const first = await loadOnce(shipped, { directory, artifacts }, inputs)
    expect(artifacts.kept.size).toBe(1)
    expect(readdirSync(directory)).toEqual([])
    const second = await loadOnce(shipped, { directory, artifacts }, inputs)
    expect(artifacts.given).toHaveLength(1)
    expect(artifacts.given[0]?.bytes.every((byte) => byte === 0)).toBe(true)
    expect(second.outputs.equals(first.outputs)).toBe(true)
    expect([first.observed, second.observed]).toEqual([[], []])
    // It is the engine's own, in which convolutions have another layout: on processors for which it has one.
    if (process.arch === "x64") expect(Buffer.from([...artifacts.kept.values()][0] ?? []).includes("nchwc")).toBe(true)
  })

  it("is kept once, however often it ran", async () => {
    const shipped = await publisher.ship(await imported(product()))
    const directory = newFolder(memoryFolder)
    for (const runs of [0, 1, 3]) {
      const artifacts = new Shelf()
      const put = vi.spyOn(artifacts, "put")
      await loadOnce(shipped, { runs, directory, artifacts })
      expect(put).toHaveBeenCalledTimes(1)
      expect(readdirSync(directory)).toEqual([])
    }
  })

  it("is what runs", async () => {
    const shipped = await publisher.ship(await imported(product()))
    const other = onnxModel(product({ bytes: weight.toReversed() }))
    const artifacts = new Shelf()
    artifacts.instead = other
    const { outputs } = await loadOnce(shipped, { artifacts })
    const expected = await loadOnce(await publisher.ship(await importOnnx(bytesSource(other))), {})
    expect(outputs.equals(expected.outputs)).toBe(true)
    expect(outputs.equals((await loadOnce(shipped, {})).outputs)).toBe(false)
  })

  it("is found by what the processor can do, not by its name", async () => {
    const artifacts = new Shelf()
    await loadOnce(await publisher.ship(await imported(product())), { directory: newFolder(memoryFolder), artifacts })
    const features = readFileSync("/proc/cpuinfo", "latin1")
      .split("\n")
      .find((line) => /^(flags|Features)/.test(line))
    const digest = createHash("sha256")
      .update(String(features?.split(":")[1]))
      .digest("hex")
    expect([...artifacts.kept.keys()]).toEqual([expect.stringContaining(digest)])
  })

  it("has external data within it", async () => {
    const shipped = await publisher.ship(await imported(product({ external: true })))
    const [directory, artifacts] = [newFolder(memoryFolder), new Shelf()]
    const first = await loadOnce(shipped, { directory, artifacts })
    const second = await loadOnce(shipped, { directory, artifacts })
    expect(artifacts.given).toHaveLength(1)
    expect(second).toEqual(first)
    const { outputs } = await loadOnce(await publisher.ship(await imported(product())), {})
    expect(first.outputs.equals(outputs)).toBe(true)
  })

  it("is made again where ONNX Runtime doesn't take it, and where it isn't this model's", async () => {
    const shipped = await publisher.ship(await imported(product()))
    const directory = newFolder(memoryFolder)
    const sound = new Shelf()
    const expected = (await loadOnce(shipped, { directory, artifacts: sound })).outputs
    const [whole] = [...sound.kept.values()] as [Uint8Array]
    const others = [
      ...["", "{}", "not a model"].map((text) => new TextEncoder().encode(text)),
      ...[1, whole.length >> 1, whole.length - 1].map((end) => whole.slice(0, end)),
      onnxModel(product({ input: "z" })),
      onnxModel(product({ external: true })),
    ]
    for (const instead of others) {
      const artifacts = new Shelf()
      artifacts.instead = instead
      const { outputs, observed } = await loadOnce(shipped, { directory, artifacts })
      expect(outputs.equals(expected)).toBe(true)
      expect(observed).toEqual([{ optimisedModel: "refused" }])
      expect([...artifacts.kept.values()]).toEqual([whole])
      expect(artifacts.given[0]?.bytes.every((byte) => byte === 0)).toBe(true)
      expect(readdirSync(directory)).toEqual([])
    }
  })

  it("isn't written where there is no folder, nor on a disk", async () => {
    const shipped = await publisher.ship(await imported(product()))
    const disk = [tmpdir(), process.cwd()].find((path) => !isInMemory(path))
    for (const directory of [undefined, ...(disk ? [newFolder(disk)] : []), "/nowhere"]) {
      const artifacts = new Shelf()
      const { observed } = await loadOnce(shipped, { ...(directory && { directory }), artifacts })
      expect(artifacts.kept.size).toBe(0)
      expect(observed).toEqual([])
    }
  })

  it("leaves nothing behind for a model that is broken, or declined", async () => {
    const directory = newFolder(memoryFolder)
    const model = await imported(product())
    const junk = { ...model, parts: [{ role: "graph" as const, name: "g.onnx", source: bytesSource(weight) }] }
    const unknown = { ...product(), nodes: [{ op: "Frobnicate", inputs: ["x"], outputs: ["y"] }] }
    const another = { ...model, inputs: model.inputs.map((input) => ({ ...input, type: "float64" as const })) }
    const codes: unknown[] = []
    for (const one of [junk, await imported(unknown), another]) {
      const artifacts = new Shelf()
      await loadOnce(await publisher.ship(one), { directory, artifacts }).catch(({ code }) => codes.push(code))
      expect(artifacts.kept.size).toBe(0)
      expect(readdirSync(directory)).toEqual([])
    }
    expect(codes).toEqual(["backend-failed", "model-declined", "backend-failed"])
  })

  it("is no use to a load that was aborted meanwhile", async () => {
    const shipped = await publisher.ship(await imported(product()))
    const [directory, artifacts] = [newFolder(memoryFolder), new Shelf()]
    await loadOnce(shipped, { directory, artifacts })
    const aborting = new AbortController()
    const get = artifacts.get.bind(artifacts)
    artifacts.get = async (key) => {
      const found = await get(key)
      aborting.abort(new Error("enough"))
      return found
    }
    await expect(loadOnce(shipped, { directory, artifacts, signal: aborting.signal })).rejects.toThrow("enough")
    expect(artifacts.given[0]?.bytes.every((byte) => byte === 0)).toBe(true)
  })

  it.skipIf(process.getuid?.() !== 0)("isn't kept in part where there is no room for it (as root only)", async () => {
    const { toSeal, inputs } = await ocrModel("classification")
    const shipped = await publisher.ship(toSeal)
    const expected = (await loadOnce(shipped, {}, inputs)).outputs
    const [directory, artifacts] = [newFolder(memoryFolder), new Shelf()]
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", directory])
    try {
      const { outputs, observed } = await loadOnce(shipped, { directory, artifacts }, inputs)
      expect(outputs.equals(expected)).toBe(true)
      expect(artifacts.kept.size).toBe(0)
      expect(observed).toEqual([{ optimisedModel: "not kept" }])
      expect(readdirSync(directory)).toEqual([])
    } finally {
      execFileSync("umount", [directory])
    }
  })
})
