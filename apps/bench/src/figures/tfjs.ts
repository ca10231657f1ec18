import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { TfjsOptions } from "@strongroom/backend-tfjs"
import { setUp } from "@strongroom/backend-tfjs/setup"
import { missingTfjsNode, missingVulkanDriver, tfjsNodeFolder, vulkanDriver } from "@strongroom/test-machine"
import { type Bench, type Figure, mediansOf } from "../figure.js"
import { relativeDifference, tolerance } from "../inference/difference.js"
import { allInTurn, median } from "../measure.js"
import { prepare } from "../models.js"
import { startRoundTrips } from "../round-trips.js"
import type { TfjsEngine, TfjsSample, TfjsSide } from "../tfjs/case.js"
import { type TfjsModel, tfjsModels } from "../tfjs/models.js"

const runs = 5
const child = fileURLToPath(new URL("./tfjs/child.js", import.meta.url))
const mebibyte = 2 ** 20

/** An engine that is here. */
interface FoundEngine {
  readonly engine: TfjsEngine
  /** With what it runs on. */
  readonly name: string
  readonly options: TfjsOptions
  readonly environment?: Record<string, string>
  readonly tfjsNode?: string
}

const wasm = async (): Promise<FoundEngine> => ({ engine: "wasm", name: "wasm", options: {} })

async function tfjsNode(): Promise<FoundEngine | string> {
  const missing = missingTfjsNode()
  if (missing !== undefined) return missing
  const { place } = await setUp("tfjs-cpu", { folder: tfjsNodeFolder })
  return { engine: "tfjs-node", name: "tfjs-node", options: { setupFolder: tfjsNodeFolder }, tfjsNode: place }
}

async function webgpu(): Promise<FoundEngine | string> {
  const missing = missingVulkanDriver("lavapipe")
  if (missing !== undefined) return missing
  const vulkan = vulkanDriver("lavapipe")
  // A vault keeps nothing of what Mesa compiles, by default.
  const environment = { VK_DRIVER_FILES: vulkan.drivers.join(":"), MESA_SHADER_CACHE_DISABLE: "true" }
  return { engine: "webgpu", name: "WebGPU on Mesa's lavapipe", options: { vulkan }, environment }
}

/** Every sample is a process of its own, as an app loads its model once. */
async function figuresOf(engine: FoundEngine, model: TfjsModel, trip: number): Promise<readonly Figure[]> {
  const { outputs } = model
  const { casePath, folder, remove } = await prepare(model, { ...engine, outputs })
  const outputPath = (side: TfjsSide) => join(folder, `${side}.outputs`)
  const sample = (side: TfjsSide) => async (): Promise<TfjsSample> => {
    const options = { env: { ...process.env, ...engine.environment } }
    const { stdout } = await promisify(execFile)(process.execPath, [child, side, casePath, outputPath(side)], options)
    return JSON.parse(stdout)
  }
  try {
    const [vault = [], plain = []] = await allInTurn(runs, [sample("vault"), sample("plain")])
    const of = (samples: readonly TfjsSample[], which: keyof TfjsSample) => samples.map((each) => each[which])
    const mebibytes = (samples: readonly TfjsSample[]) => of(samples, "peak").map((bytes) => bytes / mebibyte)
    const about = `${engine.name}, ${model.name}`
    const allowed = of(plain, "run").map((run) => run + Math.max(0.03 * run, 2 * trip))
    return [
      {
        name: `${about}: sealed load to first inference`,
        peer: "tf.loadGraphModel, the plain files",
        unit: "ms",
        ...mediansOf(of(vault, "first"), of(plain, "first")),
        bar: { atMost: 1.15 },
      },
      {
        name: `${about}: a run in the vault`,
        peer: "in-process, and 3 % or two empty round trips",
        unit: "ms",
        ...mediansOf(of(vault, "run"), allowed),
        bar: { atMost: 1 },
      },
      {
        name: `${about}: memory for it at most`,
        peer: "tf.loadGraphModel, the plain files",
        unit: "MiB",
        ...mediansOf(mebibytes(vault), mebibytes(plain)),
      },
      {
        name: `${about}: largest difference from TensorFlow.js`,
        peer: "the tolerance",
        unit: "of the largest value",
        ours: relativeDifference(await floatsIn(outputPath("vault")), await floatsIn(outputPath("plain"))),
        theirs: tolerance,
        runs: 1,
        bar: { atMost: 1 },
      },
    ]
  } finally {
    await remove()
  }
}

const floatsIn = async (path: string) => new Float32Array(new Uint8Array(await readFile(path)).buffer)

/** Milliseconds of an empty round trip between two Node processes. */
async function roundTrip(): Promise<number> {
  const { trip, end } = startRoundTrips()
  const times: number[] = []
  for (let index = 0; index < 1000; index++) {
    const start = performance.now()
    await trip()
    times.push(performance.now() - start)
  }
  end()
  return median(times)
}

/** @param find gives the engine, or why it isn't here. */
function benchOf(engine: string, about: string, find: () => Promise<FoundEngine | string>): Bench {
  const name = `tfjs-${engine}`
  return {
    name,
    about: `TensorFlow.js on ${about} in a vault beside TensorFlow.js alone`,
    async measure(say) {
      const tell = (line: string) => say(`${name}: ${line}`)
      const found = await find()
      if (typeof found === "string") {
        tell(`not measured: ${found}`)
        return []
      }
      const trip = await roundTrip()
      tell(`an empty round trip takes ${(1000 * trip).toFixed(0)} us`)
      const figures: Figure[] = []
      for (const model of await tfjsModels()) {
        tell(model.name)
        figures.push(...(await figuresOf(found, model, trip)))
      }
      return figures
    },
  }
}

export const tfjsBenches: readonly Bench[] = [
  benchOf("wasm", "WebAssembly", wasm),
  benchOf("node", "TensorFlow's own library", tfjsNode),
  benchOf("webgpu", "WebGPU", webgpu),
]
