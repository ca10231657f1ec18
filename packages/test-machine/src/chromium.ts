import { join } from "node:path"

/** The browser as scripts/lib/chromium.mjs found or installed it. */
export interface Chromium {
  /** The program. */
  readonly executable: string
  /** To start it with, on top of a process's own variables. */
  readonly environment: { readonly LD_LIBRARY_PATH?: string }
  /** SwiftShader, a Vulkan driver on the CPU, and the manifest by which a Vulkan loader finds it. */
  readonly swiftshader: { readonly library: string; readonly manifest: string }
}

const installed: { readonly folder?: string; readonly executable?: string; readonly libraries?: string } = JSON.parse(
  process.env.STRONGROOM_CHROMIUM ?? "{}",
)

/** Why tests in pages can't run here, if so. In CI on Linux they run, and fail where it is missing. */
export function missingChromium(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "the browser for tests is for Linux on x64"
  return process.env.CI || installed.executable !== undefined ? undefined : notInstalled
}

/** @throws Error where it isn't installed: ask {@link missingChromium} first. */
export function chromium(): Chromium {
  const { folder, executable, libraries } = installed
  if (folder === undefined || executable === undefined) throw new Error(notInstalled)
  return {
    executable,
    environment: libraries ? { LD_LIBRARY_PATH: libraries } : {},
    swiftshader: {
      library: join(folder, "libvk_swiftshader.so"),
      manifest: join(folder, "vk_swiftshader_icd.json"),
    },
  }
}

const notInstalled = "no Chromium: node scripts/drivers.mjs chromium"
