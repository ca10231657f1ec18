import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import type { Backend, BundledBackend } from "@strongroom/core/backend"
import { privateDirectory } from "@strongroom/core/host"
import { brotli, nodeCryptography } from "@strongroom/core/node"
import { inProcess } from "./in-process.js"
import type { Place } from "./place.js"

/** This process, with a folder for engines that take only paths. */
export async function nodePlace(create: () => Backend | BundledBackend): Promise<Place> {
  const path = await mkdtemp(join(tmpdir(), "strongroom-testkit-"))
  const settings = { cryptography: nodeCryptography, compression: brotli, directory: privateDirectory(path) }
  return {
    ...inProcess(create, settings),
    reach: ["engine", "directory", "memory"],
    memory,
    close: () => rm(path, { recursive: true, force: true }),
  }
}

/** Native memory counts. */
async function memory(): Promise<readonly number[]> {
  await collectGarbage()
  const { rss, arrayBuffers } = process.memoryUsage()
  return [rss, arrayBuffers]
}

/** Node has a function for it only behind a flag, which can be set late. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc")
  const collect: () => void = runInNewContext("gc")
  // Twice, with a turn between: what a finalizer frees is garbage only then.
  for (let time = 0; time < 2; time++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
