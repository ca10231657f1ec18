import { randomBytes } from "node:crypto"
import { writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { missingVulkanDriver, type VulkanDriverName, vulkanDriver } from "@strongroom/test-machine"
import { describe, expect, it } from "vitest"
import { notHere, quietly, temporaryFolder } from "./support.js"

const program = fileURLToPath(new URL("programs/webgpu.mjs", import.meta.url))
const missing = notHere ?? missingVulkanDriver("swiftshader") ?? missingVulkanDriver("lavapipe")

/** TensorFlow.js's WebGPU is Dawn, too; what it is given, this program gives it. */
describe.skipIf(missing)("audit of WebGPU in Node", () => {
  async function run(name: VulkanDriverName) {
    const folder = temporaryFolder()
    const weights = join(folder, "weights.bin")
    writeFileSync(weights, randomBytes(65_536))
    const { drivers, libraries } = vulkanDriver(name)
    return quietly({
      ...{ command: process.execPath, args: [program, weights], folder, model: [weights] },
      environment: {
        ...{ PATH: process.env.PATH, HOME: folder, VK_DRIVER_FILES: drivers.join(":") },
        LD_LIBRARY_PATH: libraries.map((path) => dirname(path)).join(":"),
      },
    })
  }

  it("Dawn and SwiftShader write no file, also none that is removed: machine code is in a memory file", async () => {
    const report = await run("swiftshader")
    expect(report.exitCode).toBe(0)
    expect(report.unseen).toEqual([])
    expect(report.files.map(({ path, kind }) => [path, kind])).toEqual([["swiftshader_jit", "memory"]])
    expect(report.model?.windows).toBeGreaterThan(100)
    expect(report.model?.foundIn).toBe(0)
  })

  it("Mesa's lavapipe keeps its shaders, and none of the weights", async () => {
    const report = await run("lavapipe")
    expect(report.exitCode).toBe(0)
    const kept = report.files.filter(({ there }) => there)
    expect(kept.length).toBeGreaterThan(0)
    expect(kept.every(({ surfaces }) => surfaces.some(({ id }) => id === "mesa-disk-cache"))).toBe(true)
    expect(report.model?.foundIn).toBe(0)
  })
})
