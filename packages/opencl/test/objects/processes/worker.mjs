// One thread of several: its own context, the same device.
import { parentPort } from "node:worker_threads"
import { createContext } from "@strongroom/opencl/objects"

const context = createContext()
const queue = context.createQueue()
const program = await context.createProgram(`
  kernel void advance(global int *values, const int by) { values[get_global_id(0)] += by; }`)
const advance = program.createKernel("advance")
const buffer = context.createBuffer(new Int32Array(1000))
for (let round = 0; round < 300; round += 1) {
  advance.setArguments(buffer, round).enqueue(queue, 1000)
  if (round % 10 === 0) await queue.finish()
  const temporary = context.createBuffer(4096)
  if (round % 3 === 0) temporary.release()
}
const values = await buffer.read(queue, new Int32Array(1000))
parentPort.postMessage(values.every((value) => value === (300 * 299) / 2))
