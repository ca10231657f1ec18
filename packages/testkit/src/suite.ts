import type { Backend, BundledBackend, Capabilities } from "@strongroom/core/backend"
import { loadEngine } from "@strongroom/core/host"
import { type BenchParts, benchFor } from "./bench.js"
import type { ConformanceCase } from "./cases/conformance-case.js"
import type { Place } from "./place.js"
import { publisherWith } from "./publisher.js"
import { type ModelWriter, NotExpressible } from "./write/model-writer.js"

/** One backend under test, in one place. */
export interface Suite {
  /**
   * Runs a case for every kind of model that the engine takes and somebody writes: false for a gap that it declares, or for
   * what the place doesn't let a case do.
   */
  run(conformanceCase: ConformanceCase): Promise<boolean>
  /** Removes what was made for it. */
  close(): Promise<void>
}

/** Takes the place over: it is closed with the suite, or before this rejects. */
export async function suiteIn(
  place: Place,
  create: () => Backend | BundledBackend,
  writers: readonly ModelWriter[],
): Promise<Suite> {
  try {
    const capabilities = await declared(create())
    const usable = writers.filter(({ kind }) => capabilities.kinds.includes(kind))
    if (usable.length === 0) {
      throw new Error(`Nobody here writes models of kind ${capabilities.kinds.join(", ")}: give a writer for one.`)
    }
    const parts: BenchParts = { create, capabilities, place, publisher: await publisherWith(place.cryptography) }
    return { run: (conformanceCase) => runForEach(parts, usable, conformanceCase), close: place.close }
  } catch (error) {
    await place.close()
    throw error
  }
}

async function declared(backend: Backend | BundledBackend): Promise<Capabilities> {
  const loaded = await loadEngine(backend)
  try {
    return structuredClone(loaded.engine.capabilities)
  } finally {
    await loaded.close()
  }
}

async function runForEach(
  parts: BenchParts,
  writers: readonly ModelWriter[],
  conformanceCase: ConformanceCase,
): Promise<boolean> {
  const { reaches = [], needs } = conformanceCase
  if (!reaches.every((each) => parts.place.reach.includes(each))) return false
  if (needs?.(parts.capabilities) === false) return false
  let ran = 0
  for (const writer of writers) ran += Number(await runFor(parts, writer, conformanceCase))
  if (ran === 0) throw new Error("The engine declares what no kind of model that it runs can hold.")
  return true
}

async function runFor(parts: BenchParts, writer: ModelWriter, conformanceCase: ConformanceCase): Promise<boolean> {
  try {
    await conformanceCase.run(benchFor(parts, writer))
    return true
  } catch (error) {
    if (error instanceof NotExpressible) return false
    throw error
  }
}
