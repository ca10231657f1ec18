import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"
import { build } from "esbuild"

export interface FuzzOptions {
  /** Paths of sound models. */
  readonly models: readonly string[]
  readonly seed: number
  /** The number of the first input: one alone is had again by its seed and number, and a moment. */
  readonly first: number
  readonly seconds: number
}

/** What came of it. */
export interface Fuzzed {
  readonly inputs: number
  /** Inputs that were still models. */
  readonly taken: number
  /** How many of the others, by what was wrong with them. */
  readonly refusals: ReadonlyMap<string, number>
  /** What is no refusal: other errors, and models that aren't what they should be. */
  readonly failures: readonly { readonly index: number; readonly problem: string }[]
  /** Milliseconds of the slowest input. */
  readonly longest: number
}

/** Longer than any input here takes on a busy machine. */
const secondsUntilStuck = 30

/**
 * Reads damaged models in a thread with a gibibyte of heap.
 *
 * @throws Error for an input that is never done with, or ends the thread, with its number
 */
export async function fuzz(options: FuzzOptions): Promise<Fuzzed> {
  const folder = mkdtempSync(join(tmpdir(), "strongroom-fuzz-"))
  try {
    const bundle = join(folder, "worker.mjs")
    const entry = fileURLToPath(new URL("./worker.ts", import.meta.url))
    await build({ entryPoints: [entry], outfile: bundle, bundle: true, platform: "node", format: "esm" })
    return await watch(bundle, options)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function watch(bundle: string, options: FuzzOptions): Promise<Fuzzed> {
  const progress = new SharedArrayBuffer(8)
  const current = new BigInt64Array(progress)
  const worker = new Worker(bundle, {
    workerData: { ...options, progress },
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  })
  const place = () => `seed ${options.seed}, input ${Atomics.load(current, 0)}`
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise((resolve, reject) => {
      let before = -1n
      timer = setInterval(() => {
        const now = Atomics.load(current, 0)
        if (now === before) reject(new Error(`It is stuck at ${place()}.`))
        before = now
      }, secondsUntilStuck * 1000)
      worker.once("message", resolve)
      worker.once("error", (cause) => reject(new Error(`The thread ended at ${place()}.`, { cause })))
      worker.once("exit", () => reject(new Error(`The thread ended at ${place()}.`)))
    })
  } finally {
    clearInterval(timer)
    await worker.terminate()
  }
}
