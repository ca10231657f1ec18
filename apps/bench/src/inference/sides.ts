import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { opencl } from "@strongroom/backend-opencl"
import { drivers } from "@strongroom/test-machine"
import { startLineProcess } from "../line-process.js"
import { pythonScript } from "../python.js"
import type { Greeting, OpenclGreeting } from "./case.js"

/** How long an engine is timed in one turn, at least: many runs of what is short. */
const turnMilliseconds = 100

/** For threads that wait for more work by looking for it. */
const pauseMilliseconds = 20

/** A process that has a network ready on one engine. */
export interface Side<G extends Greeting = Greeting> {
  readonly greeting: G
  /** Milliseconds that a run takes, now. */
  time(): Promise<number>
  /** What the latest run gave. */
  output(): Promise<Float32Array>
  end(): void
}

/** Where a network's measured processes find what they are told, and put what they make. */
export interface Place {
  readonly casePath: string
  readonly outputPath: string
  readonly threads: number
}

async function start<G extends Greeting>(
  name: string,
  command: string,
  values: readonly string[],
  { outputPath }: Place,
  environment: NodeJS.ProcessEnv = {},
): Promise<Side<G>> {
  const line = await startLineProcess(name, command, values, { ...process.env, ...environment })
  return {
    greeting: JSON.parse(line.greeting),
    async time() {
      await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds))
      return Number(await line.ask(`time ${turnMilliseconds}`))
    },
    async output() {
      await line.ask(`output ${outputPath}`)
      return new Float32Array(new Uint8Array(await readFile(outputPath)).buffer)
    },
    end: line.end,
  }
}

const script = (name: string) => fileURLToPath(new URL(`./inference/${name}.js`, import.meta.url))

export const onnxruntimeSide = (place: Place): Promise<Side> =>
  start("ONNX Runtime", process.execPath, [script("onnxruntime-child"), place.casePath], place)

/**
 * With the variables that a vault sets.
 *
 * @param poclCache the folder where PoCL keeps what it has compiled
 * @param state whether the engine has run another network before
 */
export const openclSide = (
  driver: string,
  place: Place,
  poclCache: string,
  state: "new" | "warm",
): Promise<Side<OpenclGreeting>> =>
  start(
    `the engine on ${driver}`,
    process.execPath,
    ["--expose-gc", script("opencl-child"), place.casePath, state],
    place,
    { ...drivers[driver], ...opencl().needs.environment, ...threadVariables(place), POCL_CACHE_DIR: poclCache },
  )

export const openvinoSide = (interpreter: string, place: Place): Promise<Side> =>
  start("OpenVINO", interpreter, [pythonScript("openvino_peer"), place.casePath], place)

/** On PoCL, in whose process tinygrad keeps nothing for later ones. */
export const tinygradSide = (interpreter: string, place: Place, poclCache: string): Promise<Side> =>
  start("tinygrad", interpreter, [pythonScript("tinygrad_peer"), place.casePath], place, {
    ...drivers.pocl,
    ...threadVariables(place),
    POCL_CACHE_DIR: poclCache,
    DEV: "CL",
    CACHELEVEL: "0",
  })

/** Of PoCL, and of Intel's runtime for CPUs. */
const threadVariables = ({ threads }: Place) => ({
  POCL_MAX_PTHREAD_COUNT: String(threads),
  CL_CONFIG_CPU_TBB_NUM_WORKERS: String(threads),
})
