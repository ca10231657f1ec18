import { execFile } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Tensor } from "@strongroom/core"
import { type VulkanDriverName, vulkanDriver } from "@strongroom/test-machine"
import type { GraphFiles } from "./graph-files.js"

export interface PlainRun {
  readonly inputs: { readonly [name: string]: Tensor }
  readonly outputs: readonly string[]
  readonly isDynamic: boolean
}

/**
 * The bytes of a model's outputs by TensorFlow.js's own loader on WebGPU, in a process of its own: in this one the engine is
 * the backend's, which changes what it shares.
 */
export async function runPlainWebgpu(name: VulkanDriverName, files: GraphFiles, run: PlainRun): Promise<Buffer[]> {
  const folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
  try {
    await writeFile(join(folder, "model.json"), files.json)
    for (const [path, bytes] of files.shards) await writeFile(join(folder, path), bytes)
    const inputs = Object.entries(run.inputs).map(([input, { type, shape, data }]) => {
      const { buffer, byteOffset, byteLength } = data as Float32Array
      return [input, { type, shape, data: Buffer.from(buffer, byteOffset, byteLength).toString("base64") }]
    })
    await writeFile(join(folder, "run.json"), JSON.stringify({ ...run, inputs: Object.fromEntries(inputs) }))
    const program = fileURLToPath(new URL("programs/plain-webgpu.mjs", import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [program, folder], {
      env: { ...process.env, ...plainEnvironment(name), XDG_CACHE_HOME: folder },
      maxBuffer: 1 << 28,
    })
    const printed: string[] = JSON.parse(stdout)
    return printed.map((text) => Buffer.from(text, "base64"))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** By which a process without this project finds a driver and Vulkan's loader. */
export function plainEnvironment(name: VulkanDriverName) {
  const { drivers, libraries } = vulkanDriver(name)
  return { VK_DRIVER_FILES: drivers.join(":"), LD_LIBRARY_PATH: libraries.map((path) => dirname(path)).join(":") }
}
