import { librariesIn, whyNoGpu } from "../cuda.js"
import type { SetupName } from "./place.js"
import { runProgram } from "./program.js"

/** Multiplies two matrices, in a process of its own: a library that can't be loaded may end it. */
const program = `
const util = require("node:util")
util.isNullOrUndefined ??= (value) => value == null
util.isArray ??= Array.isArray
const tf = require(process.argv[1])
const product = tf.matMul([[1, 2], [3, 4]], [[5, 6], [7, 8]]).dataSync().join()
if (product !== "19,22,43,50") throw new Error("The product of two matrices is wrong.")
const { binding, isUsingGpuDevice } = tf.backend()
const maps = require("node:fs").readFileSync("/proc/self/maps", "utf8")
console.log(JSON.stringify({ tensorflow: binding.TF_Version, isUsingGpuDevice, maps }))
`

/** What a binding says of itself. */
export interface BindingState {
  readonly tensorflow: string
  readonly isUsingGpuDevice: boolean
  /** Of tfjs-node-gpu that computes on the CPU: why, in a sentence. */
  readonly whyNoGpu?: string
}

/** @throws StrongroomError `backend-missing` where it doesn't work. */
export async function checkBinding(name: SetupName, tfjs: string, signal: AbortSignal): Promise<BindingState> {
  const { PATH = "", HOME = "/" } = process.env
  // Nothing else of the environment: TensorFlow's variables make it dump and log.
  const env = { PATH, HOME, TF_CPP_MIN_LOG_LEVEL: "3" }
  const output = await runProgram("Trying tfjs-node", [process.execPath, "-e", program, tfjs], {
    cwd: tfjs,
    signal,
    env,
  })
  const { maps, ...state } = JSON.parse(output.trim().split("\n").at(-1) as string)
  const isOnCpu = name === "tfjs-gpu" && !state.isUsingGpuDevice
  return { ...state, ...(isOnCpu && { whyNoGpu: whyNoGpu(librariesIn(maps)) }) }
}
