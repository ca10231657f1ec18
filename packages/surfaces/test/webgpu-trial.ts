import { dirname } from "node:path"
import { tensor } from "@strongroom/core"
import { type VulkanDriverName, vulkanDriver } from "@strongroom/test-machine"
import { tfjsWriter } from "@strongroom/testkit"
import { expect } from "vitest"
import { type WrittenModel, writeSealed } from "./sealed-model.js"
import type { Needles, Trial } from "./trial.js"

type Variables = Readonly<Record<string, string>>

/** What programs/webgpu.mjs takes: a shader that multiplies by the first weight, which is a constant in it. */
export function shaderOf(needles: Needles, flags: readonly string[] = []): readonly string[] {
  const { name, comment, weights } = needles
  const source = `// ${comment}
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read_write> results: array<f32>;
@compute @workgroup_size(64) fn ${name}(@builtin(global_invocation_id) id: vec3u) {
  results[id.x] = weights[id.x] * bitcast<f32>(${weights.readUint32LE()}u);
}`
  return [source, name, weights.toString("hex"), ...flags]
}

/** By which a process of its own finds a driver that scripts/lib/vulkan.mjs installed. */
export function variablesFor(name: VulkanDriverName): Variables {
  const { drivers, libraries } = vulkanDriver(name)
  return { VK_DRIVER_FILES: drivers.join(":"), LD_LIBRARY_PATH: libraries.map((path) => dirname(path)).join(":") }
}

/** A sealed TF.js model: 2,048 inputs, the needles' weights again and again added. */
export async function writeAddition({ weights }: Needles): Promise<WrittenModel> {
  const floats = new Float32Array(new Uint8Array(weights).buffer)
  const repeated = Float32Array.from({ length: 2048 }, (_, index) => floats[index % floats.length] as number)
  const vector = { type: "float32", shape: [2048] } as const
  return writeSealed(
    await tfjsWriter.write({
      inputs: [{ name: "x", ...vector }],
      outputs: [{ name: "y", ...vector }],
      weights: [{ name: "w", tensor: tensor("float32", [2048], repeated) }],
      nodes: [{ operator: "add", inputs: ["x", "w"], output: "y" }],
      separateWeights: true,
    }),
  )
}

export interface InWebgpuVault {
  readonly driver: VulkanDriverName
  /** Variables of the app. */
  readonly environment?: Variables
  /** Variables that the backend's own code sets in the vault. */
  readonly fixed?: Variables
}

/** Runs it in a vault: with the right result, and nothing of it in any file afterwards. What was printed. */
export async function expectHarmlessOnWebgpu(
  trial: Trial,
  needles: Needles,
  { folder }: WrittenModel,
  { driver, environment = {}, fixed = {} }: InWebgpuVault,
): Promise<string> {
  const asked = JSON.stringify({ folder, vulkan: vulkanDriver(driver), environment: fixed })
  const printed = await trial.run("webgpu-vault.mjs", [asked], { ...variablesFor(driver), ...environment })
  const floats = new Float32Array(new Uint8Array(needles.weights).buffer)
  const expected = Float32Array.from(floats.subarray(0, 4), (value) => value + 1)
  expect(printed).toContain(`ran: ${Buffer.from(expected.buffer).toString("hex")}`)
  expect(trial.exposing(needles)).toEqual([])
  return printed
}
