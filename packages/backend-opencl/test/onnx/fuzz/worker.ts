// A thread that damages models and reads them, until its time is over. Which one it is at stands in shared memory, for who
// watches it.
import { readFileSync } from "node:fs"
import { parentPort, workerData } from "node:worker_threads"
import { StrongroomError } from "@strongroom/core/backend"
import { randomNumbers } from "../../../../cli/src/numbers.js"
import { readOnnxModel } from "../../../src/onnx/read-model.js"
import { checkModel } from "./check-model.js"
import type { Fuzzed, FuzzOptions } from "./fuzz.js"
import { mutate } from "./mutate.js"

const { models, seed, first, seconds, progress } = workerData as FuzzOptions & { readonly progress: SharedArrayBuffer }
const current = new BigInt64Array(progress)
const contents = models.map((path) => Uint8Array.from(readFileSync(path)))
const refusals = new Map<string, number>()
const failures: Fuzzed["failures"][number][] = []
let index = first
let taken = 0
let longest = 0
for (const end = performance.now() + seconds * 1000; performance.now() < end && failures.length < 10; index++) {
  Atomics.store(current, 0, BigInt(index))
  // Of this input alone, so that it can be had again.
  const random = randomNumbers(seed * 1_000_003 + index)
  const input = mutate(contents[Math.floor(random() * contents.length)] as Uint8Array, random)
  const started = performance.now()
  try {
    checkModel(readOnnxModel(input))
    taken++
  } catch (error) {
    if (StrongroomError.is(error) && error.code === "backend-failed") {
      refusals.set(error.message, (refusals.get(error.message) ?? 0) + 1)
    } else failures.push({ index, problem: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
  longest = Math.max(longest, performance.now() - started)
}
parentPort?.postMessage({ inputs: index - first, taken, refusals, failures, longest } satisfies Fuzzed)
