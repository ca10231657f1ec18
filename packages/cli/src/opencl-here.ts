import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { OpenCLDiscovery } from "@strongroom/audit"
import { failureText } from "./failure.js"

/**
 * Asks every OpenCL driver, in processes of their own whose home, cache, temporary and working folders are a new one: some
 * drivers make folders for their caches, or dump, as soon as they are asked. Gives why not where OpenCL isn't installed.
 */
export async function findOpenCL(): Promise<OpenCLDiscovery | { readonly problem: string }> {
  // Imported here: no other command needs it.
  const { discover } = await import("@strongroom/opencl/discovery")
  const folder = await mkdtemp(join(tmpdir(), "strongroom-doctor-"))
  const own = Object.fromEntries(["HOME", "XDG_CACHE_HOME", "TMPDIR", "POCL_CACHE_DIR"].map((name) => [name, folder]))
  try {
    return await discover({ environment: { ...process.env, ...own }, folder })
  } catch (error) {
    return { problem: failureText(error) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
