import { type Context, createContext, type DeviceBuffer, platforms, type Queue } from "@strongroom/opencl/objects"
import { driver } from "@strongroom/test-machine"
import type { KernelCall } from "../../src/kernels/kernel-call.js"

/** A buffer's content, or how many floats of it there are. */
export type Memory = Float32Array | number

export interface KernelRunner {
  /** Memory that calls name from then on. It starts as NaN where no content is given, which shows what is left unwritten. */
  set(name: string, content: Memory): void
  /** @param buffers the names under which the call's own buffers are known here, where they differ */
  run(call: KernelCall, buffers?: Readonly<Record<string, string>>): void
  read(name: string): Promise<Float32Array>
  release(): void
}

/** PoCL's device, in this process. */
export function createPoclContext(): Context {
  // The loader reads it when OpenCL is first called.
  Object.assign(process.env, driver("pocl"))
  const device = platforms()
    .find(({ name }) => name === "Portable Computing Language")
    ?.devices()[0]
  if (device === undefined) throw new Error("There is no PoCL here.")
  return createContext(device)
}

/** Runs kernels on PoCL, in this process. */
export function createKernelRunner(): KernelRunner {
  const context = createPoclContext()
  return runnerOn(context, context.createQueue())
}

function runnerOn(context: Context, queue: Queue): KernelRunner {
  const memories = new Map<string, { buffer: DeviceBuffer; length: number }>()
  return {
    set(name, content) {
      const floats = typeof content === "number" ? new Float32Array(content).fill(Number.NaN) : content
      memories.get(name)?.buffer.release()
      memories.set(name, { buffer: context.createBuffer(floats), length: floats.length })
    },
    run(call, buffers = {}) {
      const program = context.createProgramSync(call.source, { compilerOptions: "-cl-std=CL1.2 -Werror" })
      const named = call.buffers.map((name) => {
        const memory = memories.get(buffers[name] ?? name)
        if (memory === undefined) throw new Error(`No buffer ${name} is set.`)
        return memory.buffer
      })
      const kernel = program.createKernel("KERNEL").setArguments(...named, ...call.integers)
      kernel.enqueue(queue, call.global, { local: call.local })
      queue.finishSync()
      program.release()
    },
    async read(name) {
      const memory = memories.get(name)
      if (memory === undefined) throw new Error(`No buffer ${name} is set.`)
      const floats = new Float32Array(memory.length)
      await memory.buffer.read(queue, floats)
      return floats
    },
    release: () => context.release(),
  }
}

/** Floats between -1 and 1 that are the same in every run. */
export function randomFloats(length: number, seed = 1): Float32Array {
  let state = seed * 2654435761
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
}

/** The largest difference, beside the largest value that is expected; NaN where one of the numbers is. */
export function relativeError(got: Float32Array, expected: Float32Array): number {
  if (got.length !== expected.length) throw new RangeError(`${got.length} floats, and not ${expected.length}.`)
  let difference = 0
  let largest = 0
  for (const [index, value] of expected.entries()) {
    difference = Math.max(difference, Math.abs((got[index] as number) - value))
    largest = Math.max(largest, Math.abs(value))
  }
  return difference / largest
}
