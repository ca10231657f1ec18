import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { onnxruntime, type ProviderPlugin } from "@strongroom/backend-onnxruntime"
import { bytesSource, importOnnx, memoryStore, tensor } from "@strongroom/core"
import { missingRuntime, runtimeFile } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import { openVault } from "@strongroom/vault"
import { afterAll, describe, expect, it } from "vitest"
import { cacheOf, changed, ignoredOf, runIn, runOnce, type Shipped } from "./in-vaults.js"
import { loadOnce } from "./load-once.js"
import { type OnnxToWrite, onnxModel, type Weight } from "./onnx-writer.js"
import { Shelf } from "./shelf.js"

const publisher = await createPublisher()
const folder = mkdtempSync(join(tmpdir(), "strongroom-test-"))
afterAll(() => rmSync(folder, { recursive: true }))

const values = (length: number, step: number) => Float32Array.from({ length }, (_, at) => Math.sin(at * step))
const inputs = { x: tensor("float32", [1, 3, 16, 16], values(3 * 16 * 16, 0.7)) }

function weight(name: string, shape: readonly number[], isExternal: boolean): Weight {
  const floats = values(
    shape.reduce((product, size) => product * size),
    0.3,
  )
  const external = isExternal && { external: { location: name, offset: 0 } }
  return { name, type: "float32", shape, bytes: new Uint8Array(floats.buffer), ...external }
}

/** Two convolutions. */
function network({ input = "x", isExternal = false } = {}): OnnxToWrite {
  return {
    nodes: [
      { op: "Conv", inputs: [input, "w"], outputs: ["a"] },
      { op: "Relu", inputs: ["a"], outputs: ["b"] },
      { op: "Conv", inputs: ["b", "v"], outputs: ["y"] },
    ],
    inputs: [{ name: input, type: "float32", shape: [1, 3, 16, 16] }],
    outputs: [{ name: "y", type: "float32", shape: [1, 8, 12, 12] }],
    weights: [weight("w", [8, 3, 3, 3], isExternal), weight("v", [8, 8, 3, 3], false)],
  }
}

async function ship(model = network()): Promise<Shipped> {
  const { weights = [] } = model
  const file = async (path: string) => bytesSource(weights.find(({ name }) => name === path)?.bytes as Uint8Array)
  const { bytes, identity, keys } = await publisher.ship(await importOnnx(bytesSource(onnxModel(model)), file))
  const path = join(folder, `${readdirSync(folder).length}.key`)
  writeFileSync(path, identity)
  return { bytes, keys: { grant: keys.grant, identity: { file: path }, trust: keys.trust }, inputs }
}

describe("a provider in a library of its own", () => {
  const plugin = { name: "Provider", library: "/nowhere/libprovider.so" }

  it.each<[string, unknown]>([
    ["no name", { ...plugin, name: "" }],
    ["a relative path", { ...plugin, library: "libprovider.so" }],
    ["an option that is no text", { ...plugin, options: { level: 3 } }],
    ["another device", { ...plugin, device: "tpu" }],
  ])("isn't taken with %s", (_, given) => {
    expect(() => onnxruntime({ plugin: given as ProviderPlugin })).toThrow(TypeError)
  })

  it("is the only one beside the CPU", () => {
    expect(() => onnxruntime({ plugin, executionProviders: ["cuda", "cpu"] })).toThrow(TypeError)
    expect(onnxruntime({ plugin, executionProviders: ["cpu"] }).needs?.read).toContain("/nowhere")
  })

  it("that isn't there is named as what is missing", async () => {
    await expect(
      loadOnce(await publisher.ship(await imported()), { options: { plugin } }, inputs),
    ).rejects.toMatchObject({
      code: "backend-missing",
    })
  })
})

const imported = () => importOnnx(bytesSource(onnxModel(network())))

const why = missingRuntime("qnn")

// Qualcomm's provider compiles for its NPU on a processor of any kind, and emulates the NPU there.
describe.skipIf(why)(`Qualcomm's provider${why ? ` (not here: ${why})` : ""}`, () => {
  const library = why ? "/" : runtimeFile("qnn", "onnxruntime_qnn/libonnxruntime_providers_qnn.so")
  const plugin: ProviderPlugin = {
    name: "QNNExecutionProvider",
    library,
    options: { backend_path: join(dirname(library), "libQnnHtp.so"), htp_arch: "73", soc_model: "57" },
    read: [`${dirname(library)}.libs`],
  }
  const options = { plugin }

  const floats = (bytes: Buffer) => new Float32Array(new Uint8Array(bytes).buffer)
  const onTheCpu = async () => floats((await loadOnce(await publisher.ship(await imported()), {}, inputs)).outputs)

  /** It computes with 16 bits; that it isn't what the CPU gives to the bit shows who computed. */
  async function expectComputed(outputs: Buffer): Promise<void> {
    const expected = await onTheCpu()
    const difference = floats(outputs).reduce(
      (most, value, at) => Math.max(most, Math.abs(value - (expected[at] as number))),
      0,
    )
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)))
    expect(difference / largest).toBeLessThan(0.01)
    expect(difference).toBeGreaterThan(0)
  }

  it("has its contexts sealed, and computes the same bits from them", async () => {
    const shipped = await ship()
    const store = memoryStore()
    const first = await runOnce(shipped, store, options)
    await expectComputed(first.outputs)
    expect(first).toMatchObject({ state: "enforced", artifacts: { hits: 0, misses: 1, written: 1, failures: 0 } })
    const [entry, ...others] = await store.list()
    expect(others).toEqual([])
    const bytes = Buffer.from((await store.get(String(entry?.key))) ?? [])
    for (const word of ["EPContext", "QNN", "Conv"]) expect(bytes.includes(word), word).toBe(false)
    const second = await runOnce(shipped, store, options)
    expect(second).toMatchObject({ state: "enforced", artifacts: { hits: 1, misses: 0, written: 0, failures: 0 } })
    expect(second.outputs.equals(first.outputs)).toBe(true)
    for (const { backend } of [first, second]) expect(backend).toBeUndefined()
  })

  it("has nothing kept under off, and contexts for the vault's life under memory", async () => {
    const shipped = await ship()
    const kept = await Promise.all(
      (["off", "memory"] as const).map(async (cache) => {
        await using vault = await openVault({ backend: onnxruntime(options), cache })
        const outputs = [await runIn(vault, shipped), await runIn(vault, shipped)]
        for (const one of outputs) await expectComputed(one)
        return cacheOf(vault).artifacts
      }),
    )
    expect(kept).toEqual([undefined, expect.objectContaining({ hits: 1, misses: 1, written: 1 })])
  })

  it("compiles again where an entry was damaged, cut, or is for other options", async () => {
    const shipped = await ship()
    const store = memoryStore()
    const { outputs: expected } = await runOnce(shipped, store, options)
    const length = (await store.list())[0]?.byteLength as number
    const damages: ((entry: Uint8Array) => Uint8Array)[] = [
      (entry) => entry.map((byte, at) => (at === length >> 1 ? byte ^ 4 : byte)),
      (entry) => entry.slice(0, length - 1),
    ]
    for (const damage of damages) {
      const { outputs, artifacts } = await runOnce(shipped, await changed(store, damage), options)
      expect(outputs.equals(expected)).toBe(true)
      expect([artifacts.hits, ignoredOf(artifacts), artifacts.written]).toEqual([0, 1, 1])
    }
    const other = { plugin: { ...plugin, options: { ...plugin.options, htp_performance_mode: "burst" } } }
    expect(await runOnce(shipped, store, other)).toMatchObject({ artifacts: { hits: 0, misses: 1, written: 1 } })
  })

  it("gives what ONNX Runtime calls a context, in no file", async () => {
    const artifacts = new Shelf()
    const directory = mkdtempSync(join(folder, "private-"))
    const sealed = await publisher.ship(await imported())
    const first = await loadOnce(sealed, { artifacts, directory, options }, inputs)
    const [kept] = [...artifacts.kept.values()]
    expect(Buffer.from(kept ?? []).includes("EPContext")).toBe(true)
    const second = await loadOnce(sealed, { artifacts, directory, options }, inputs)
    expect(second.outputs.equals(first.outputs)).toBe(true)
    expect(artifacts.given.map(({ bytes }) => bytes.every((byte) => byte === 0))).toEqual([true])
    expect([first.observed, second.observed, readdirSync(directory)]).toEqual([[], [], []])
  })

  it("makes again what ONNX Runtime doesn't take, and what isn't this model's", async () => {
    const sealed = await publisher.ship(await imported())
    const sound = new Shelf()
    const expected = (await loadOnce(sealed, { artifacts: sound, options }, inputs)).outputs
    const [whole] = [...sound.kept.values()] as [Uint8Array]
    const text = new TextEncoder()
    const unreadable = whole.map((byte, at) => (at > whole.length >> 1 ? byte ^ 0x55 : byte))
    for (const instead of [
      text.encode(""),
      text.encode("no model"),
      whole.slice(0, whole.length >> 1),
      unreadable,
      onnxModel(network({ input: "z" })),
    ]) {
      const artifacts = new Shelf()
      artifacts.instead = instead
      const { outputs, observed } = await loadOnce(sealed, { artifacts, options }, inputs)
      expect(outputs.equals(expected)).toBe(true)
      expect(observed).toEqual([{ compiledContexts: "refused" }])
      expect(artifacts.kept.size).toBe(1)
    }
  })

  it("takes weights from external data", async () => {
    const whole = await runOnce(await ship(), memoryStore(), options)
    const apart = await runOnce(await ship(network({ isExternal: true })), memoryStore(), options)
    expect(apart.outputs.equals(whole.outputs)).toBe(true)
  })

  it("leaves to the CPU what it can't, which is kept beside its contexts", async () => {
    const { nodes, ...rest } = network()
    const more = [
      ...nodes.slice(0, -1),
      { op: "Conv", inputs: ["b", "v"], outputs: ["c"] },
      { op: "Erf", inputs: ["c"], outputs: ["y"] },
    ]
    const sealed = await publisher.ship(await importOnnx(bytesSource(onnxModel({ ...rest, nodes: more }))))
    const artifacts = new Shelf()
    const first = await loadOnce(sealed, { artifacts, options }, inputs)
    const [kept] = [...artifacts.kept.values()]
    for (const word of ["EPContext", "Erf"]) expect(Buffer.from(kept ?? []).includes(word), word).toBe(true)
    const second = await loadOnce(sealed, { artifacts, options }, inputs)
    expect([artifacts.given.length, second.outputs.equals(first.outputs)]).toEqual([1, true])
  })

  it("has no GPU here, and says what it has", async () => {
    const asked = { plugin: { ...plugin, device: "gpu" as const } }
    const loading = loadOnce(await publisher.ship(await imported()), { options: asked }, inputs)
    await expect(loading).rejects.toThrow(/has no gpu here; its devices: cpu/)
  })
})
