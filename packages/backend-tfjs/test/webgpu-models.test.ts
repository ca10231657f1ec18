import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TfjsOptions, tfjs } from "@strongroom/backend-tfjs"
import type { Tensor } from "@strongroom/core"
import { missingVulkanDriver } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import { openVault, tensor } from "@strongroom/vault"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { GraphFiles } from "./graph-files.js"
import { seeded } from "./graph-models.js"
import { importFiles } from "./open-model.js"
import { runPlainWebgpu } from "./plain-webgpu.js"
import { humanModel, nsfwModel } from "./real-models.js"
import { webgpuOn } from "./webgpu-driver.js"

/** A driver on the CPU compiles for up to half a minute. The full form has the larger ones, too. */
const models: readonly { readonly name: string; readonly files: () => GraphFiles }[] = [
  { name: "liveness", files: () => humanModel("liveness") },
  ...(process.env.STRONGROOM_FULL
    ? [
        ...["emotion", "antispoof", "blazeface", "iris", "facemesh", "movenet-lightning", "faceres"].map((name) => ({
          name,
          files: () => humanModel(name),
        })),
        { name: "nsfwjs mobilenet_v2_mid", files: () => nsfwModel("mobilenet_v2_mid") },
      ]
    : []),
]

const publisher = await createPublisher()

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
})
afterAll(() => rm(folder, { recursive: true }))

const missing = missingVulkanDriver("lavapipe")
describe.skipIf(missing)("trained models on WebGPU in a vault", { timeout: 600_000 }, () => {
  it.each(models)(
    "$name: bit for bit what tf.loadGraphModel's gives there, and wasm's within 1e-4",
    async ({ files: read }) => {
      const files = read()
      const model = await importFiles(files)
      const inputs = Object.fromEntries(model.inputs.map((spec) => [spec.name, noise(spec)]))
      const outputs = model.outputs.map(({ name }) => name)
      const { bytes, identity, keys } = await publisher.ship(model)
      const file = join(folder, "model.key")
      await writeFile(file, identity)

      async function inVault(options: TfjsOptions): Promise<readonly Tensor[]> {
        const vault = await openVault({ backend: tfjs(options) })
        try {
          const session = await vault.load(bytes, { grant: keys.grant, identity: { file }, trust: keys.trust })
          const found = await session.run(inputs)
          return outputs.map((name) => found[name] as Tensor)
        } finally {
          await vault.close()
        }
      }

      const found = await inVault(webgpuOn("lavapipe"))
      const plain = await runPlainWebgpu("lavapipe", files, { inputs, outputs, isDynamic: true })
      for (const [index, { data }] of found.entries()) {
        const { buffer, byteOffset, byteLength } = data as Float32Array
        expect(Buffer.compare(Buffer.from(buffer, byteOffset, byteLength), plain[index] as Buffer)).toBe(0)
      }
      const wasm = await inVault({ engine: "wasm" })
      for (const [index, { data }] of found.entries()) {
        expect(largestDifference(data as Float32Array, wasm[index]?.data as Float32Array)).toBeLessThan(1e-4)
      }
    },
  )
})

/** Of the size that a model wants. */
function noise({ type, shape }: { readonly type: string; readonly shape: readonly (number | string)[] }): Tensor {
  const sizes = shape.map((size) => (typeof size === "number" ? size : 1))
  const values = seeded(
    5,
    sizes.reduce((product, size) => product * size, 1),
  )
  if (type !== "int32") return tensor("float32", sizes, values)
  const whole = Int32Array.from(values, (value) => Math.floor((value + 1) * 127))
  return tensor("int32", sizes, whole)
}

/** Of the largest value. */
function largestDifference(left: Float32Array, right: Float32Array): number {
  let [difference, largest] = [0, 0]
  for (const [index, value] of left.entries()) {
    difference = Math.max(difference, Math.abs(value - (right[index] ?? Number.NaN)))
    largest = Math.max(largest, Math.abs(value))
  }
  return difference / largest
}
