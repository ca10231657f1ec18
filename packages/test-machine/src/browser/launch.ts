import { spawnSync } from "node:child_process"
import { type BrowserContext, chromium as driver } from "playwright-core"
import { chromium } from "../chromium.js"

/** WebGL and WebGPU on SwiftShader, which needs no GPU; browsers use it only when they are told. */
const softwareGraphics = [
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
]

/** A headless Chromium that keeps what it keeps in the folder `profile`. */
export async function launchChromium(profile: string, flags: readonly string[] = []): Promise<BrowserContext> {
  const { executable, environment } = chromium()
  return driver.launchPersistentContext(profile, {
    executablePath: executable,
    env: { ...process.env, ...environment },
    headless: true,
    chromiumSandbox: canSandbox(),
    args: [...softwareGraphics, ...flags],
  })
}

/** Chromium's sandbox needs user namespaces, and refuses root, as which tests run in containers. */
const canSandbox = () => process.getuid?.() !== 0 && spawnSync("unshare", ["--user", "true"]).status === 0
