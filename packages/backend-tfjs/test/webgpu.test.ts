import { createRequire } from "node:module"
import { tfjs } from "@strongroom/backend-tfjs"
import { tensor } from "@strongroom/core"
import { loadEngine } from "@strongroom/core/host"
import { missingVulkanDriver } from "@strongroom/test-machine"
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu"
import { describe, expect, it, vi } from "vitest"
import type { Candidates } from "../src/candidates.js"
import { clearedBuffers } from "../src/engines/webgpu-buffers.js"
import { type GraphFiles, graphFiles, types } from "./graph-files.js"
import { boxPicker, convolutionalNetwork, oneOperator, seeded } from "./graph-models.js"
import { openFiles } from "./open-model.js"
import { webgpuOn } from "./webgpu-driver.js"

/** The copy of TensorFlow.js that the backend's engine uses on this thread. */
const tf: typeof import("@tensorflow/tfjs-core") = createRequire(import.meta.url)("@tensorflow/tfjs-core")
const backend = () => tf.backend() as WebGPUBackend

const open = (files: GraphFiles) => openFiles(tfjs(webgpuOn("lavapipe")), files)

const image = () => tensor("float32", [2, 32, 32, 3], seeded(7, 2 * 32 * 32 * 3))

/** What its engine has for buffers, which ours replaces. */
function poolOfTensorflow(device: GPUDevice): WebGPUBackend["bufferManager"] {
  vi.stubGlobal("navigator", { gpu: {} })
  const { WebGPUBackend } = createRequire(import.meta.url)("@tensorflow/tfjs-backend-webgpu")
  const { bufferManager } = new WebGPUBackend(device)
  vi.unstubAllGlobals()
  return bufferManager
}

const missing = missingVulkanDriver("lavapipe")
describe.skipIf(missing)(`WebGPU on lavapipe${missing ? `: ${missing}` : ""}`, () => {
  // First: what has started stays.
  it("is passed over by auto on a driver that computes on the CPU, and that is reported", async () => {
    const named = tfjs(webgpuOn("lavapipe")).options as Candidates
    const found = [...named.found, { engine: "wasm", place: "" }] as const
    const observe = vi.fn()
    const backend = { ...tfjs(webgpuOn("lavapipe")), options: { ...named, isNamed: false, found } }
    await (await loadEngine(backend, { observe })).close()
    expect(observe).toHaveBeenCalledWith("modules.known", {
      tfjsEngine: "wasm",
      passedOver: [{ engine: "webgpu", reason: expect.stringMatching(/^The only device, llvmpipe.*, is no GPU\.$/) }],
    })
  })

  it("runs models whose outputs' size depends on the data, and texts", async () => {
    const session = await open(boxPicker())
    const outputs = await session.run({
      "boxes:0": tensor("float32", [4, 4], [0, 0, 1, 1, 0, 0, 1, 0.9, 0, 2, 1, 3, 5, 5, 6, 6]),
      "scores:0": tensor("float32", [4], [0.5, 0.75, 0.25, 0.05]),
    })
    expect(outputs["picked:0"]).toEqual({ type: "int32", shape: [2], data: Int32Array.of(1, 2) })
    expect(outputs["best:0"]?.data).toEqual(Float32Array.of(0.75, 0.25))
    expect(outputs["names:0"]?.data).toEqual(["kettle", "", "Brüssel", "茶"])
  })

  it.each(["StringToHashBucketFast", "Acos2"])("declines the operator %s, which it lacks", async (op) => {
    await expect(open(oneOperator(op))).rejects.toMatchObject({
      code: "model-declined",
      message: expect.stringContaining(`it has no ${op} on WebGPU`),
    })
  })

  it("runs again and again what is computed on the CPU of a tensor that the graph makes and the GPU has had, too", async () => {
    const session = await open(fiveDimensions())
    const x = tensor("float32", [1, 1, 1, 1, 1000], seeded(1, 1000))
    for (let count = 0; count < 5; count++) {
      expect((await session.run({ "x:0": x }))["y:0"]?.data).toEqual(x.data)
    }
  })

  it("has as many tensors and buffers in use after 1,000 runs, and none when models are closed", async () => {
    await (await open(oneOperator("Relu"))).close()
    const empty = { ...tf.memory(), used: backend().bufferManager.getNumUsedBuffers() }
    const session = await open(convolutionalNetwork())
    const run = () => session.run({ "image:0": image() })
    await run()
    const { numTensors, numBytes, numDataBuffers } = tf.memory()
    const { numBytesUsed, numBytesAllocated } = backend().bufferManager
    for (let count = 0; count < 1000; count++) await run()
    expect(tf.memory()).toMatchObject({ numTensors, numBytes, numDataBuffers })
    expect(backend().bufferManager).toMatchObject({ numBytesUsed, numBytesAllocated })
    await session.close()
    expect(tf.memory()).toMatchObject({ numTensors: empty.numTensors, numBytes: empty.numBytes })
    expect(backend().bufferManager.getNumUsedBuffers()).toBe(empty.used)
  })

  it("takes no more memory for inputs of ever other sizes", async () => {
    const session = await open(oneOperator("Relu"))
    const run = (elements: number) => session.run({ "x:0": tensor("float32", [elements], new Float32Array(elements)) })
    for (let elements = 400_000; elements > 399_990; elements--) await run(elements)
    const { numBytesAllocated } = backend().bufferManager
    for (let elements = 399_990; elements > 399_900; elements--) await run(elements)
    expect(backend().bufferManager.numBytesAllocated).toBeLessThanOrEqual(numBytesAllocated)
  })

  it("hands out buffers that are zero, where TensorFlow.js's own pool gives them as they were left", async () => {
    await open(oneOperator("Relu"))
    const { device, bufferManager } = backend()
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC
    async function afterUse(pool: Pick<typeof bufferManager, "acquireBuffer" | "releaseBuffer">): Promise<number[]> {
      const used = pool.acquireBuffer(16, usage)
      device.queue.writeBuffer(used, 0, Uint32Array.of(1, 2, 3, 4))
      pool.releaseBuffer(used)
      const again = pool.acquireBuffer(16, usage)
      expect(again).toBe(used)
      const values = new Uint32Array(await backend().getBufferData(again))
      pool.releaseBuffer(again)
      return [...values]
    }
    expect(await afterUse(poolOfTensorflow(device))).toEqual([1, 2, 3, 4])
    expect(await afterUse(clearedBuffers(device, () => {}))).toEqual([0, 0, 0, 0])
  })
})

/** Zeros added to x twice: as they are, and a thousand times over, which TensorFlow.js does on the CPU in five dimensions. */
function fiveDimensions(): GraphFiles {
  const [float, integer] = [{ type: types.float32 }, { type: types.int32 }]
  const value = (name: string) => ({ name, dtype: types.float32, shape: [1, 1, 1, 1, 1000] })
  const sizes = (name: string, ...values: number[]) => ({
    ...{ name, dtype: "int32" as const, shape: [values.length] },
    bytes: new Uint8Array(Int32Array.from(values).buffer),
  })
  return graphFiles({
    inputs: [value("x")],
    outputs: [value("y")],
    weights: [sizes("one", 1, 1, 1, 1, 1), sizes("thousand", 1, 1, 1, 1, 1000)],
    nodes: [
      { name: "zero", op: "Zeros", input: ["one"], attr: { T: float } },
      { name: "zeros", op: "Tile", input: ["zero", "thousand"], attr: { T: float, Tmultiples: integer } },
      { name: "first", op: "AddV2", input: ["x", "zeros"], attr: { T: float } },
      { name: "y", op: "AddV2", input: ["first", "zero"], attr: { T: float } },
    ],
  })
}
