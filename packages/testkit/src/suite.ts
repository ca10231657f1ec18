import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Backend, Capabilities } from "@strongroom/core/backend"
import { loadEngine, privateDirectory } from "@strongroom/core/host"
import { type Bench, type BenchParts, benchFor } from "./bench.js"
import type { ConformanceCase } from "./cases/conformance-case.js"
import { createPublisher } from "./publisher.js"
import { type ModelWriter, NotExpressible } from "./write/model-writer.js"

/** One backend under test. */
export interface Suite {
  /** Runs a case for every kind of model that the engine takes and somebody writes: false for a gap that it declares. */
  run(conformanceCase: ConformanceCase): Promise<boolean>
  /** Removes what was made for it. */
  close(): Promise<void>
}

export async function openSuite(create: () => Backend, writers: readonly ModelWriter[]): Promise<Suite> {
  const path = await mkdtemp(join(tmpdir(), "strongroom-testkit-"))
  const capabilities = await declared(create())
  const usable = writers.filter(({ kind }) => capabilities.kinds.includes(kind))
  if (usable.length === 0) {
    throw new Error(`Nobody here writes models of kind ${capabilities.kinds.join(", ")}: give a writer for one.`)
  }
  const publisher = await createPublisher()
  const parts: BenchParts = { create, capabilities, publisher, directory: privateDirectory(path) }
  return {
    async run(conformanceCase) {
      if (conformanceCase.needs?.(capabilities) === false) return false
      let ran = 0
      for (const writer of usable) ran += Number(await runFor(benchFor(parts, writer), conformanceCase))
      if (ran === 0) throw new Error("The engine declares what no kind of model that it runs can hold.")
      return true
    },
    close: () => rm(path, { recursive: true, force: true }),
  }
}

async function declared(backend: Backend): Promise<Capabilities> {
  const loaded = await loadEngine(backend)
  try {
    return structuredClone(loaded.engine.capabilities)
  } finally {
    await loaded.close()
  }
}

async function runFor(bench: Bench, conformanceCase: ConformanceCase): Promise<boolean> {
  try {
    await conformanceCase.run(bench)
    return true
  } catch (error) {
    if (error instanceof NotExpressible) return false
    throw error
  }
}
