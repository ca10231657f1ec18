import { createRequire } from "node:module"
import { tfjs } from "@strongroom/backend-tfjs"
import { bytesSource, openInProcess, tensor } from "@strongroom/core"
import { missingVulkanDriver } from "@strongroom/test-machine"
import { createPublisher, type Network, tfjsWriter } from "@strongroom/testkit"
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu"
import { describe, expect, it } from "vitest"
import { webgpuOn } from "./webgpu-driver.js"

/** `x` times `y`, which are vectors, as a table. */
const table: Network = {
  inputs: [
    { name: "x", type: "float32", shape: ["n", 1] },
    { name: "y", type: "float32", shape: [1, "n"] },
  ],
  outputs: [{ name: "z", type: "float32", shape: ["n", "n"] }],
  weights: [],
  nodes: [{ operator: "matmul", inputs: ["x", "y"], output: "z" }],
  separateWeights: false,
}

async function openTable() {
  const publisher = await createPublisher()
  const { bytes, keys } = await publisher.ship(await tfjsWriter.write(table))
  const session = await openInProcess(tfjs(webgpuOn("swiftshader")), bytesSource(bytes), keys, { debug: true })
  const run = (size: number) =>
    session.run({
      x: tensor("float32", [size, 1], new Float32Array(size).fill(2)),
      y: tensor("float32", [1, size], new Float32Array(size).fill(3)),
    })
  return { session, run }
}

const missing = missingVulkanDriver("swiftshader")
describe.skipIf(missing)(`WebGPU on SwiftShader${missing ? `: ${missing}` : ""}`, () => {
  it("says when there is too little memory, gives nothing then, and goes on", async () => {
    const { session, run } = await openTable()
    // 1 GiB, which the driver refuses, and 4 GiB, which is more than a buffer may have.
    for (const size of [16_384, 32_768]) {
      expect((await run(2)).z?.data).toEqual(Float32Array.of(6, 6, 6, 6))
      await expect(run(size)).rejects.toMatchObject({ code: "out-of-memory" })
    }
    expect((await run(2)).z?.data).toEqual(Float32Array.of(6, 6, 6, 6))
    await session.close()
  })

  // Last: the device is this process's only one.
  it("says that the GPU was lost", async () => {
    const { session, run } = await openTable()
    await run(2)
    const tf: typeof import("@tensorflow/tfjs-core") = createRequire(import.meta.url)("@tensorflow/tfjs-core")
    ;(tf.backend() as WebGPUBackend).device.destroy()
    await expect(run(2)).rejects.toMatchObject({
      code: "backend-failed",
      message: expect.stringContaining("The GPU was lost"),
    })
    await session.close()
  })
})
