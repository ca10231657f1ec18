import {
  type Context,
  createContext,
  type Device,
  type DeviceBuffer,
  type Program,
  platforms,
} from "@strongroom/opencl/objects"
import { driver, missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { sessionKernels } from "../../src/engine/kernels-of-session.js"
import type { ProgramStore } from "../../src/programs/program-store.js"

const why = missingDriver("pocl")

/** A kernel that adds `number`. */
const adding = (number: number) => `
__kernel void KERNEL(__global int *to) {
  to[0] += ${number};
}
`

describe.skipIf(why)(`Kernels of a session${why ? ` (not here: ${why})` : ""}`, () => {
  let context: Context
  let buffer: DeviceBuffer
  const made: Program[] = []
  const store: ProgramStore = {
    async program(_key, source, compilerOptions) {
      const program = await context.createProgram(await source(), { compilerOptions })
      made.push(program)
      return program
    },
    async restore() {},
    async keep() {},
  }
  const held = () => made.filter(({ released }) => !released).length
  beforeAll(() => {
    Object.assign(process.env, driver("pocl"))
    context = createContext(platforms()[0]?.devices()[0] as Device)
    buffer = context.createBuffer(Int32Array.of(0))
  })
  afterAll(() => context.release())

  it("are of the programs that were used last; those that were let go are compiled again", async () => {
    const kernels = sessionKernels(store, { get: async () => undefined, put: async () => {} }, 4)
    const queue = context.createQueue()
    const kernelOf = async (number: number) => {
      await kernels.build([adding(number)])
      return kernels.kernel(adding(number)).setArguments(buffer)
    }
    const add = async (number: number) => {
      const kernel = await kernelOf(number)
      kernel.enqueue(queue, [1])
      queue.finishSync()
      kernel.release()
      await kernels.keep()
    }
    const needed = await kernelOf(100)
    for (let number = 1; number <= 8; number += 1) {
      await add(number)
      // Used again and again, and so never let go.
      await add(1)
    }
    expect(made).toHaveLength(9)
    expect(held()).toBe(4)
    await add(1)
    expect(made).toHaveLength(9)
    await add(2)
    expect(made).toHaveLength(10)
    // However long ago its program was used, a kernel that is still there runs.
    needed.enqueue(queue, [1])
    const sum = new Int32Array(1)
    buffer.readSync(queue, sum)
    expect(sum[0]).toBe(36 + 8 + 1 + 2 + 100)
    needed.release()
    await kernels.close()
    expect(held()).toBe(0)
  })

  it("stay while others are built, whatever is let go meanwhile", async () => {
    const [needed, earlier, later, latest] = [1, 2, 3, 4].map(adding) as [string, string, string, string]
    const kept = new TextEncoder().encode(JSON.stringify([[needed], [earlier], [later]]))
    const artifacts = { get: async () => ({ bytes: kept, close() {} }), put: async () => {} }
    const meanwhile: ProgramStore = {
      ...store,
      async program(key, source, compilerOptions) {
        // As the end of an earlier run's keeping does.
        if ((await source()).includes("+= 4")) await kernels.keep()
        return store.program(key, source, compilerOptions)
      },
    }
    const kernels = sessionKernels(meanwhile, artifacts, 1)
    await kernels.build([needed])
    const held = kernels.kernel(needed)
    await kernels.build([earlier])
    await kernels.build([earlier, later, latest])
    for (const source of [earlier, later, latest]) kernels.kernel(source).release()
    held.release()
    await kernels.close()
  })
})
