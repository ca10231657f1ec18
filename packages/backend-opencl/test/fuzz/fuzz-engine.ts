import { type ChildProcess, fork, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { driver } from "@strongroom/test-machine"
import { build } from "esbuild"
import type { ChildOptions, FromChild, Outcome } from "./messages.js"

export interface EngineFuzzOptions extends Omit<ChildOptions, "step"> {
  readonly seconds: number
  readonly processes: number
}

interface Found {
  readonly index: number
  /** The case that was mutated. */
  readonly name: string
  readonly problem: string
}

export interface EngineFuzzed {
  readonly outcomes: Readonly<Record<Outcome, number>>
  /** Errors that are none of this project's, and processes that ended. */
  readonly failures: readonly Found[]
  /** What took too long: kernels can't be stopped, and models may ask for many steps. */
  readonly slow: readonly Found[]
  /** Results other than ONNX Runtime's. */
  readonly differences: readonly Found[]
  /** Whether memory beside buffers was out of reach. */
  readonly isFenced: boolean
}

/** For one input, kernels' compilation included. */
const secondsUntilStuck = 30
const mostFailures = 50

/** Mutated cases in processes of their own, whose drivers' buffers are fenced where there is a C compiler. */
export async function fuzzEngine(options: EngineFuzzOptions): Promise<EngineFuzzed> {
  const folder = mkdtempSync(join(tmpdir(), "strongroom-fuzz-"))
  try {
    // Beside the package's own modules, by which it finds what it imports.
    const results = fileURLToPath(new URL("../../.results/", import.meta.url))
    mkdirSync(results, { recursive: true })
    const bundle = join(results, "fuzz-engine-child.mjs")
    const entry = fileURLToPath(new URL("./child.ts", import.meta.url))
    await build({
      entryPoints: [entry],
      outfile: bundle,
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
    })
    const fence = buildFence(folder)
    const environment = {
      ...process.env,
      ...driver("pocl"),
      POCL_CACHE_DIR: folder,
      POCL_MEMORY_LIMIT: "2",
      POCL_MAX_PTHREAD_COUNT: "1",
      ...(fence !== undefined && { LD_PRELOAD: fence }),
    }
    const found = { failures: [], slow: [], differences: [], outcomes: { taken: 0, refused: 0, declined: 0, broke: 0 } }
    const end = performance.now() + options.seconds * 1000
    const processes = Array.from({ length: options.processes }, (_, at) =>
      watch(bundle, environment, { ...options, first: options.first + at, step: options.processes }, end, found),
    )
    await Promise.all(processes)
    return { ...found, isFenced: fence !== undefined }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function buildFence(folder: string): string | undefined {
  const source = fileURLToPath(new URL("./fence.c", import.meta.url))
  const library = join(folder, "fence.so")
  const { status } = spawnSync("cc", ["-shared", "-fPIC", "-O2", "-o", library, source])
  return status === 0 ? library : undefined
}

interface Collected {
  readonly failures: Found[]
  readonly slow: Found[]
  readonly differences: Found[]
  readonly outcomes: Record<Outcome, number>
}

/** One process after the other, each from where the one before ended. */
async function watch(
  bundle: string,
  environment: NodeJS.ProcessEnv,
  options: ChildOptions,
  end: number,
  found: Collected,
): Promise<void> {
  let { first } = options
  while (performance.now() < end && found.failures.length < mostFailures) {
    const last = await runChild(bundle, environment, { ...options, first }, end, found)
    first = last + options.step
  }
}

/** The number of the last input that it began. */
async function runChild(
  bundle: string,
  environment: NodeJS.ProcessEnv,
  options: ChildOptions,
  end: number,
  found: Collected,
): Promise<number> {
  const child = fork(bundle, [JSON.stringify(options)], {
    env: environment,
    execArgv: ["--max-old-space-size=1024"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  })
  const gone = once(child, "exit")
  const words = lastWords(child)
  let current = { index: options.first - options.step, name: "", isAnswered: true }
  let isEnded = false
  const stop = () => {
    isEnded = true
    child.kill("SIGKILL")
  }
  const tooLong = () => {
    if (!current.isAnswered) found.slow.push({ ...current, problem: `more than ${secondsUntilStuck} s` })
    stop()
  }
  let timer = setTimeout(tooLong, secondsUntilStuck * 1000)
  child.on("message", (message: FromChild) => {
    clearTimeout(timer)
    timer = setTimeout(tooLong, secondsUntilStuck * 1000)
    const { index } = message
    if (message.kind === "begun") {
      current = { index, name: message.name, isAnswered: false }
      if (performance.now() > end || found.failures.length >= mostFailures) {
        current.isAnswered = true
        stop()
      }
    } else if (message.kind === "differs") {
      found.differences.push({ index, name: current.name, problem: message.problem })
    } else {
      current.isAnswered = true
      found.outcomes[message.outcome] += 1
      if (message.outcome === "broke") found.failures.push({ index, name: current.name, problem: message.reason ?? "" })
    }
  })
  const [code, signal] = await gone
  clearTimeout(timer)
  // What ends in ONNX Runtime after it was answered here isn't the engine's.
  if (!isEnded && !current.isAnswered)
    found.failures.push({ ...current, problem: `its process ended (${signal ?? code}): ${words()}` })
  if (current.name === "" && !isEnded) throw new Error(`The process doesn't start: ${words()}`)
  return current.index
}

function lastWords({ stderr }: ChildProcess): () => string {
  let kept = ""
  stderr?.setEncoding("utf8").on("data", (text: string) => {
    kept = (kept + text).slice(-500)
  })
  return () => kept
}
