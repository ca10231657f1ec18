// Adds two vectors: a buffer for each, one work item for each sum.
import { createContext } from "@strongroom/opencl/objects"

const context = createContext()
const queue = context.createQueue()
const program = await context.createProgram(`
  kernel void add(global const float *a, global const float *b, global float *sum) {
    size_t i = get_global_id(0);
    sum[i] = a[i] + b[i];
  }`)

const count = 1_000_000
const a = Float32Array.from({ length: count }, (_, index) => index)
const b = Float32Array.from({ length: count }, (_, index) => count - index)
const sum = context.createBuffer(a.byteLength, { access: "write-only" })

program.createKernel("add").setArguments(context.createBuffer(a), context.createBuffer(b), sum).enqueue(queue, count)
const result = await sum.read(queue, new Float32Array(count))

const wrong = result.findIndex((value, index) => value !== a[index] + b[index])
console.log(wrong === -1 ? `${count} sums, all right` : `sum ${wrong} is ${result[wrong]}`)
context.release()
if (wrong !== -1) process.exitCode = 1
